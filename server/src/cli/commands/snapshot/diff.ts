import type { Command } from 'commander';
import { printableName, type EntryChange } from '@chard/core/snapshot';
import { byteSize } from '../../../byteSize';
import { printJson, type CommonOptions, type Context } from '../../context';
import { countOf } from './shown';
import { withSnapshots } from './withSnapshots';

export function registerDiff(snapshot: Command, context: Context): void {
  const { terminal } = context;
  snapshot
    .command('diff')
    .argument('<before>', 'a snapshot: its id, the beginning of one, or `latest`')
    .argument('<after>', 'another one')
    .description('Lists the files that one snapshot has and another has not, or has otherwise.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard snapshot diff 3f2a latest')
    .action((before: string, after: string, { json }: CommonOptions) =>
      withSnapshots(context, async store => {
        const counts = { added: 0, removed: 0, changed: 0 };
        const changes: EntryChange[] = [];
        for await (const batch of store.diff(before, after)) {
          for (const change of batch) {
            counts[change.how] += 1;
            if (json) changes.push(change);
            else terminal.out(`${changeLine(change)}\n`);
          }
        }
        if (json) return printJson(terminal, { ...counts, changes });
        const { added, removed, changed } = counts;
        const total = added + removed + changed;
        terminal.out(
          total === 0
            ? 'Nothing is different.\n'
            : `\n${countOf(total, 'difference')}: ${added} added, ${removed} removed, ${changed} changed.\n`
        );
      })
    );
}

const MARKS = { added: '+', removed: '-', changed: '~' };

function changeLine({ source, path, how, aspects, before, after }: EntryChange): string {
  const name = `${MARKS[how]} ${printableName(`${source}/${path}`)}`;
  if (how === 'changed' && before !== null && after !== null) {
    const sizes = aspects.includes('content')
      ? `, ${byteSize(before.size)} to ${byteSize(after.size)}`
      : '';
    return `${name}  (${aspects.join(', ')}${sizes})`;
  }
  const size =
    (after ?? before)?.kind === 'file' ? `  ${byteSize((after ?? before)?.size ?? 0)}` : '';
  return `${name}${size}`;
}
