import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { runSummary } from '@chard/core/run';
import { openStores } from '../../../stores';
import { PythonEnvironment } from '../../../python/environment';
import { printJson, type CommonOptions, type Context } from '../../context';
import { readLog, readState } from '../../readLog';
import { saveDisplays } from '../../displays';
import { runReport, stepLines } from '../../runView';
import { findRun } from './find';
import { storedArtefact, storedPipeline } from './record';

interface ShowOptions extends CommonOptions {
  readonly notebook?: string;
  readonly saveDisplays?: string;
}

export function registerShow(runs: Command, { terminal, home }: Context): void {
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
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs show latest --json')
    .action((reference: string, options: ShowOptions) => {
      const stores = openStores(home);
      try {
        const { id, createdAt, finishedAt } = findRun(stores, reference);
        const state = readState(stores, id);
        if (options.notebook !== undefined) {
          writeFileSync(options.notebook, storedArtefact(stores, id, 'notebook'));
        }
        const files =
          options.saveDisplays === undefined
            ? []
            : saveDisplays(readLog(stores, id), options.saveDisplays);
        const environment = PythonEnvironment.parse(
          JSON.parse(new TextDecoder().decode(storedArtefact(stores, id, 'environment')))
        );
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
        terminal.out(`\n  notebook  ${state.notebook.path}\n`);
        terminal.out(`  python    ${environment.version}, ${environment.executable}\n`);
        files.forEach(path => terminal.out(`  ${path}\n`));
      } finally {
        stores.close();
      }
    });
}
