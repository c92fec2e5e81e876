import { basename, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { EnvironmentChange } from '@chard/core/run';
import { byteSize } from '../../../byteSize';
import { ChardError } from '../../../errors';
import { environmentSince, restoreRun, runAsItWas } from '../../../runs/comeBack';
import { readState } from '../../../runs/readLog';
import { printJson, type CommonOptions, type Context, type Finish } from '../../context';
import { watchRun, type ShowOptions } from '../../execution';
import { withStores } from '../../withStores';
import { findRun } from './find';

interface RestoreOptions extends CommonOptions {
  readonly output?: string;
  readonly replace: boolean;
  readonly withResults: boolean;
}

export function registerRestore(runs: Command, context: Context): void {
  const { terminal, interrupted } = context;
  runs
    .command('restore')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Puts what a run saw into a folder: the notebook as it ran, with its data.')
    .option('-o, --output <folder>', 'a new folder; by default NOTEBOOK-run-N, here')
    .option(
      '--replace',
      'into a folder that holds something: files of the run go over those there',
      false
    )
    .option('--with-results', 'also what its steps have written', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs restore latest -o as-it-was')
    .action((reference: string, { output, replace, withResults, json }: RestoreOptions) =>
      withStores(context, async ({ stores, snapshots }) => {
        const { id, number, notebook: path } = findRun(stores, reference);
        const state = readState(stores, id);
        const folder = resolve(output ?? `${basename(path, extname(path))}-run-${number}`);
        const { report, notebook } = await restoreRun({ stores, snapshots: snapshots() }, state, {
          folder,
          replace,
          withResults,
          signal: interrupted
        });
        const environment = await environmentSince(stores, id, context).catch((error: unknown) => {
          // The kernel may be gone: the files are back all the same.
          if (error instanceof ChardError) return error;
          throw error;
        });
        if (json) {
          return printJson(terminal, {
            id,
            folder,
            notebook,
            files: report.files,
            bytes: report.bytes,
            problems: report.problems,
            environment: environment instanceof ChardError ? null : environment
          });
        }
        terminal.out(
          `${notebook}\n  ${report.files} ${report.files === 1 ? 'file' : 'files'}, ${byteSize(report.bytes)}\n`
        );
        for (const { path: at, message } of report.problems) terminal.err(`  ${at}: ${message}\n`);
        terminal.err(describeEnvironment(environment));
      })
    );
}

function describeEnvironment(environment: readonly EnvironmentChange[] | ChardError): string {
  if (environment instanceof ChardError)
    return `Its environment is not here: ${environment.message}\n`;
  if (environment.length === 0) return 'The environment is the same as then.\n';
  const lines = environment.map(
    ({ what, before, now }) =>
      `  ${what}: ${before ?? 'not there'} then, ${now ?? 'not there'} now\n`
  );
  return `The environment is not the same as then:\n${lines.join('')}`;
}

interface AgainOptions extends ShowOptions {
  readonly cache: boolean;
}

export function registerAgain(runs: Command, context: Context, finish: Finish): void {
  runs
    .command('again')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description(
      "Runs a run's notebook again as it was: the same code, values and data. The notebook's folder stays as it is today."
    )
    .option('--cache', 'take what earlier runs left, where it still holds', false)
    .option('--follow', 'with --json: one JSON line an event, as it happens', false)
    .option('--json', 'one JSON document on standard output', false)
    .option('--save-displays <folder>', 'write figures and tables as files into this folder')
    .addHelpText('after', '\nExample:\n  chard runs again latest')
    .action((reference: string, options: AgainOptions) =>
      withStores(context, async ({ stores, engine, snapshots }) => {
        const { id } = findRun(stores, reference);
        const state = readState(stores, id);
        const archive = { stores, snapshots: snapshots() };
        const begin = () => runAsItWas(archive, engine, state, context, options.cache);
        const again = () => ['chard', 'runs', 'again', id];
        finish(await watchRun({ stores, begin, again, after: 0 }, options, context));
      })
    );
}
