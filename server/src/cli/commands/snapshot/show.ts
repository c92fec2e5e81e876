import type { Command } from 'commander';
import { printableName, totalCounts, type SnapshotEntry } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { SnapshotStore } from '../../../snapshots';
import { printJson, type CommonOptions, type Context } from '../../context';
import { table, utc } from '../../terminal';
import { contentsOf, countOf, tellProblems } from './shown';
import { withSnapshots } from './withSnapshots';

interface ShowOptions extends CommonOptions {
  readonly files: boolean;
  readonly under?: string;
}

export function registerShow(snapshot: Command, context: Context): void {
  const { terminal } = context;
  snapshot
    .command('show')
    .argument('<snapshot>', 'a snapshot: its id, the beginning of one, or `latest`')
    .description('Shows what a snapshot is of, what could not be taken, and its files.')
    .option('--files', 'list the files', false)
    .option('--under <path>', 'list the files of this folder')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard snapshot show latest --under data')
    .action((reference: string, options: ShowOptions) =>
      withSnapshots(context, async store => {
        const shown = await store.get(reference);
        const listed = options.files || options.under !== undefined;
        if (options.json) {
          const files: (SnapshotEntry & { source: string })[] = [];
          if (listed) {
            for await (const { source, entry } of entriesOf(store, shown, options.under)) {
              files.push({ source, ...entry });
            }
          }
          return printJson(terminal, { ...shown, ...(listed && { files }) });
        }
        if (listed) {
          for await (const { source, entry } of entriesOf(store, shown, options.under)) {
            terminal.out(`${entryLine(source, entry)}\n`);
          }
          return;
        }
        terminal.out(
          table([
            ['snapshot', shown.id],
            ['taken', `${utc(shown.createdAt)} (UTC)`],
            ['holds', `${contentsOf(shown)}, ${countOf(totalCounts(shown).folders, 'folder')}`],
            ['added', byteSize(shown.addedBytes)],
            ...shown.sources.map(({ name, path, counts }) => [
              `folder ${name}`,
              `${printableName(path)}: ${countOf(counts.files, 'file')}, ${byteSize(counts.bytes)}`
            ]),
            ...Object.entries(shown.labels).map(([key, value]) => [`label ${key}`, value]),
            ...shown.pins.map(pin => ['needed by', pin])
          ])
        );
        tellProblems(terminal, shown.problems, shown.problemCount);
      })
    );
}

async function* entriesOf(
  store: SnapshotStore,
  { id, sources }: { id: string; sources: readonly { name: string }[] },
  under: string | undefined
): AsyncGenerator<{ source: string; entry: SnapshotEntry }> {
  for (const { name } of sources) {
    for await (const batch of store.entries(id, name, under === undefined ? {} : { under })) {
      for (const entry of batch) yield { source: name, entry };
    }
  }
}

function entryLine(
  source: string,
  { kind, mode, size, modified, path, target, attributes }: SnapshotEntry
): string {
  const letter = { file: '-', folder: 'd', link: 'l' }[kind];
  const permissions = [...'rwxrwxrwx']
    .map((each, bit) => (mode & (1 << (8 - bit)) ? each : '-'))
    .join('');
  const time = utc(Number(BigInt(modified) / 1_000_000n));
  const name = printableName(`${source}/${path}`);
  const arrow = target === null ? '' : ` -> ${printableName(target)}`;
  // As `ls` marks them on macOS.
  const mark = attributes === null ? ' ' : '@';
  return `${letter}${permissions}${mark} ${byteSize(size).padStart(8)}  ${time}  ${name}${arrow}`;
}
