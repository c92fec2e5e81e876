import { basename, dirname, resolve } from 'node:path';
import { statSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { SourceName, type SnapshotCounts } from '@chard/core/snapshot';
import { byteSize } from '../../../byteSize';
import { ChardError } from '../../../errors';
import { errorCode, reasonOf } from '../../../files';
import type { SourceFolder } from '../../../snapshots';
import { printJson, type CommonOptions, type Context } from '../../context';
import { table } from '../../terminal';
import { contentsOf, countOf, subjectOf, tellProblems } from './shown';
import { watched, withSnapshots } from './withSnapshots';

interface CreateOptions extends CommonOptions {
  readonly ignore: readonly string[];
  readonly label: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

export function registerCreate(snapshot: Command, context: Context): void {
  const { terminal } = context;
  snapshot
    .command('create')
    .argument('<what...>', 'a notebook (for its folder), a folder, or `name=folder`')
    .description('Takes a snapshot of folders: all that is in them now, kept whole.')
    .option('--ignore <rule>', 'leave this out, as in .gitignore; repeatable', collect, [])
    .option('--label <key=value>', 'find it by this later; repeatable', label, {})
    .option('--dry-run', 'only say how much it would take', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard snapshot create train.ipynb data=/mnt/data')
    .action((what: string[], options: CreateOptions) =>
      withSnapshots(context, async store => {
        const { sources, labels } = readWhat(what, options);
        if (options.dryRun) {
          const counts = await watched(context, 'Looking', watch => store.measure(sources, watch));
          return options.json
            ? printJson(terminal, { sources: counts })
            : terminal.out(measured(counts));
        }
        const taken = await watched(context, 'Taking the snapshot', watch =>
          store.create(sources, { ...watch, labels })
        );
        if (options.json) return printJson(terminal, taken);
        tellProblems(terminal, taken.problems, taken.problemCount);
        terminal.out(
          `Snapshot ${taken.id} of ${subjectOf(taken)}: ${contentsOf(taken)}, of which ${byteSize(taken.addedBytes)} are new.\n`
        );
      })
    );
}

function readWhat(
  what: readonly string[],
  { ignore, label: labels }: CreateOptions
): { sources: SourceFolder[]; labels: Record<string, string> } {
  const notebooks: string[] = [];
  const sources = what.map(each => {
    const [, name, named] = /^([^=/]+)=(.+)$/.exec(each) ?? [];
    const path = resolve(named ?? each);
    const isNotebook = named === undefined && isFile(path);
    if (isNotebook) notebooks.push(path);
    const folder = isNotebook ? dirname(path) : path;
    const title = name ?? (isNotebook ? 'notebook' : basename(folder) || 'root');
    if (!SourceName.safeParse(title).success) {
      throw new ChardError('usage', `${JSON.stringify(title)} cannot be the name of a folder.`, {
        exitCode: 2
      });
    }
    return { name: title, path: folder, ignore: ignore.join('\n') };
  });
  const [notebook] = notebooks;
  return { sources, labels: notebook === undefined ? { ...labels } : { notebook, ...labels } };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'it is not there' : reasonOf(error);
    throw new ChardError(
      'source-unavailable',
      `${path} cannot be taken into a snapshot: ${why}. Name a notebook or a folder.`,
      { exitCode: 2, path, cause: error }
    );
  }
}

function measured(counts: Readonly<Record<string, SnapshotCounts>>): string {
  const rows = Object.entries(counts).map(([name, { files, bytes }]) => [
    name,
    countOf(files, 'file'),
    byteSize(bytes)
  ]);
  return table([['FOLDER', 'FILES', 'SIZE'], ...rows]);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function label(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('It takes key=value.');
  }
  return { ...before, [key]: value };
}
