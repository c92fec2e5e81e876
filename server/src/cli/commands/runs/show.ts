import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { runSummary } from '@chard/core/run';
import { storedArtefact, storedEnvironment, storedPipeline } from '../../../runs/record';
import { readLog, readState } from '../../../runs/readLog';
import { printJson, type CommonOptions, type Context } from '../../context';
import { adviceAfter } from '../../execution';
import { saveDisplays } from '../../displays';
import { runReport, stepLines, stepReasons } from '../../runView';
import { withStores } from '../../withStores';
import { table, utc } from '../../terminal';
import { runAgain } from './again';
import { findRun } from './find';

interface ShowOptions extends CommonOptions {
  readonly notebook?: string;
  readonly saveDisplays?: string;
  readonly verbose: boolean;
}

export function registerShow(runs: Command, context: Context): void {
  const { terminal } = context;
  runs
    .command('show')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description(
      'Shows a run: steps, metrics, errors; with --json also its pipeline and environment.'
    )
    .option(
      '--notebook <file>',
      "write the run's notebook, byte for byte as it was, into this file"
    )
    .option('--save-displays <folder>', 'write figures and tables as files into this folder')
    .option(
      '-v, --verbose',
      'also why each step was run or reused, its attempts and what it took',
      false
    )
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs show latest --json')
    .action((reference: string, options: ShowOptions) =>
      withStores(context, async ({ stores }) => {
        const { id, createdAt, finishedAt } = findRun(stores, reference);
        const state = readState(stores, id);
        if (options.notebook !== undefined) {
          writeFileSync(options.notebook, storedArtefact(stores, id, 'notebook'));
        }
        const files =
          options.saveDisplays === undefined
            ? []
            : saveDisplays(readLog(stores, id), options.saveDisplays);
        const environment = storedEnvironment(stores, id);
        if (options.json) {
          return printJson(terminal, {
            ...runSummary(state),
            notebookSha256: state.notebook.sha256,
            createdAt,
            finishedAt,
            environment,
            pipelineDefinition: storedPipeline(stores, id),
            ...(options.saveDisplays !== undefined && { displays: files })
          });
        }
        const lines = stepLines(state, finishedAt ?? Date.now(), terminal.paint.out);
        terminal.out(`${lines.join('\n')}\n\n${runReport(state, terminal.paint.out)}`);
        if (options.verbose) {
          terminal.out(`\n${stepReasons(state)}`);
        }
        const parameters = Object.entries(state.parameters).map(
          ([name, value]) => `${name}=${JSON.stringify(value)}`
        );
        terminal.out(
          `\n${table([
            ['  notebook', state.notebook.path],
            ['  python', `${environment.version}, ${environment.executable}`],
            ['  started', `${utc(createdAt)} (UTC)`],
            ...(parameters.length > 0 ? [['  parameters', parameters.join(', ')]] : []),
            ...files.map(path => ['  saved', path])
          ])}`
        );
        const next = await adviceAfter(stores, state, () => runAgain(stores, state), terminal);
        terminal.err(next && `\n${next}`);
      })
    );
}
