import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { byteSize } from '../../../byteSize';
import type { RestoreReport } from '../../../snapshots';
import { printJson, type CommonOptions, type Context, type Finish } from '../../context';
import { countOf, tellProblems } from './shown';
import { watched, withSnapshots } from './withSnapshots';

interface RestoreOptions extends CommonOptions {
  readonly to?: string;
  readonly replace: boolean;
  readonly inPlace?: true;
  readonly source?: string;
}

export function registerRestore(snapshot: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  snapshot
    .command('restore')
    .argument('<snapshot>', 'a snapshot: its id, the beginning of one, or `latest`')
    .argument('[paths...]', 'only these files and folders; all where none is named')
    .description('Puts the files of a snapshot into a new folder, or back where they were.')
    .option('--to <folder>', 'the folder (default: restored-SNAPSHOT, here)')
    .option('--replace', 'put files over those that are in the folder', false)
    .addOption(
      new Option(
        '--in-place',
        'put the files where they were, over those that are there; other files stay'
      ).conflicts(['to'])
    )
    .option('--source <name>', 'only this one of its folders')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExamples:\n  chard snapshot restore latest\n  chard snapshot restore 3f2a data/train.csv --in-place'
    )
    .action((reference: string, paths: string[], options: RestoreOptions) =>
      withSnapshots(context, async store => {
        const { id } = await store.get(reference);
        const folder = resolve(options.to ?? `restored-${id}`);
        const place = options.inPlace
          ? ({ inPlace: true } as const)
          : { folder, replace: options.replace };
        const { source } = options;
        const report = await watched(context, 'Restoring', watch =>
          store.restore(id, place, { ...watch, paths, ...(source !== undefined && { source }) })
        );
        if (options.json) printJson(terminal, { id, ...report });
        else {
          tellProblems(terminal, report.problems);
          terminal.out(told(report));
        }
        finish(report.problems.length > 0 ? 1 : 0);
      })
    );
}

function told({ places, files, bytes, unchanged }: RestoreReport): string {
  const same = unchanged > 0 ? `, of which ${unchanged} were there already` : '';
  const where = Object.values(places).join(', ');
  return `Restored ${countOf(files, 'file')}, ${byteSize(bytes)}${same}, to ${where}\n`;
}
