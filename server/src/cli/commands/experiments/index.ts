import { Option, type Command } from 'commander';
import { byteSize } from '@chard/core/text';
import { trialsAsCsv } from '../../../experiments/csv';
import { readExperimentState } from '../../../experiments/read';
import { removeExperiment } from '../../../experiments/remove';
import { writeWhole } from '../../../files/atomicWrite';
import { printJson, type CommonOptions, type Context } from '../../context';
import { experimentJson, experimentReport, trialReasons, trialTable } from '../../experimentView';
import { oneLine, table, utc } from '../../terminal';
import { withExperiments } from '../../withExperiments';
import { findExperiment } from './find';

const REFERENCE = 'an experiment: its id, the beginning of one, its name, or `latest`';

export function registerExperiments(program: Command, context: Context): void {
  const experiments = program
    .command('experiments')
    .description('Lists experiments and what they found, and ends them.');
  registerList(experiments, context);
  registerShow(experiments, context);
  registerExport(experiments, context);
  registerCommands(experiments, context);
  registerDelete(experiments, context);
}

function registerList(group: Command, context: Context): void {
  const { terminal } = context;
  group
    .command('list')
    .description('Lists the experiments, newest first.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard experiments list')
    .action(({ json }: CommonOptions) =>
      withExperiments(context, ({ stores }) => {
        const records = stores.experiments.list();
        if (json) {
          const shown = records.map(({ phase, lastSeq: _, ...rest }) => ({
            ...rest,
            state: phase
          }));
          return printJson(terminal, { experiments: shown });
        }
        if (records.length === 0) {
          return terminal.out('No experiments yet. `chard tune NOTEBOOK` makes the first.\n');
        }
        const rows = records.map(record => [
          record.id,
          oneLine(record.name),
          record.damage === null ? record.phase : 'damaged',
          `${record.tally.succeeded} of ${record.counts.maxTrialCount}`,
          record.best === null ? '' : `${record.objective.metric}=${record.best.value}`,
          utc(record.createdAt),
          record.notebook
        ]);
        const header = [
          'EXPERIMENT',
          'NAME',
          'STATE',
          'TRIALS',
          'BEST',
          'STARTED (UTC)',
          'NOTEBOOK'
        ];
        terminal.out(table([header, ...rows]));
        for (const { damage } of records) if (damage !== null) terminal.err(`${damage}\n`);
      })
    );
}

function registerShow(group: Command, context: Context): void {
  const { terminal } = context;
  group
    .command('show')
    .argument('<experiment>', REFERENCE)
    .description('Shows an experiment and all its trials.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard experiments show latest')
    .action((reference: string, { json }: CommonOptions) =>
      withExperiments(context, ({ stores }) => {
        const { id, name } = findExperiment(stores, reference);
        const state = readExperimentState(stores, id);
        if (json) return printJson(terminal, experimentJson(state, name));
        const rows = trialTable(state, state.trials, Date.now(), terminal.paint.out);
        terminal.out(`${oneLine(name)} ${id}\n${experimentReport(state, terminal.paint.out)}\n`);
        terminal.out(rows.map(line => `${line}\n`).join(''));
        const reasons = trialReasons(state);
        if (reasons.length > 0) terminal.out(`\n${reasons.map(line => `${line}\n`).join('')}`);
      })
    );
}

function registerExport(group: Command, context: Context): void {
  const { terminal } = context;
  group
    .command('export')
    .argument('<experiment>', REFERENCE)
    .description('Writes the trials as CSV, or as an Optuna study in SQLite for Optuna Dashboard.')
    .addOption(
      new Option('--format <format>', 'what to write').choices(['csv', 'optuna']).default('csv')
    )
    .option('-o, --output <file>', 'where to write; by default the name of the experiment, here')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard experiments export latest --format optuna -o study.db\n  optuna-dashboard sqlite:///study.db'
    )
    .action(
      (
        reference: string,
        { format, output, json }: CommonOptions & { format: 'csv' | 'optuna'; output?: string }
      ) =>
        withExperiments(context, async ({ stores, open }) => {
          const { id, name } = findExperiment(stores, reference);
          const state = readExperimentState(stores, id);
          const safe = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');
          const file = output ?? `${safe}.${format === 'csv' ? 'csv' : 'db'}`;
          if (format === 'csv') {
            writeWhole(file, trialsAsCsv(state));
          } else {
            const { ExperimentAnalysis } = await import('../../../experiments/analysis');
            const analysis = new ExperimentAnalysis(open);
            try {
              writeWhole(file, await analysis.study(state, name));
            } finally {
              analysis.close();
            }
          }
          if (json) return printJson(terminal, { id, file, format });
          terminal.out(`${file}\n`);
        })
    );
}

const COMMANDS = [
  ['pause', 'Starts no further trial; those that run go on.', { type: 'pause' }],
  ['resume', 'Lets a paused experiment go on.', { type: 'resume' }],
  ['stop', 'Ends an experiment, its trials with it.', { type: 'stop', trials: 'cancel' }]
] as const;

/** What the process that runs an experiment is asked to do. */
function registerCommands(group: Command, context: Context): void {
  const { terminal } = context;
  for (const [name, description, command] of COMMANDS) {
    group
      .command(name)
      .argument('<experiment>', REFERENCE)
      .description(description)
      .option('--json', 'one JSON document on standard output', false)
      .addHelpText('after', `\nExample:\n  chard experiments ${name} latest`)
      .action((reference: string, { json }: CommonOptions) =>
        withExperiments(context, async ({ stores, experiments }) => {
          const { id, phase } = findExperiment(stores, reference);
          await experiments.ask(id, command);
          if (json) return printJson(terminal, { id, state: phase, asked: name });
          terminal.out(`Asked the experiment ${id} to ${name}.\n`);
        })
      );
  }
}

function registerDelete(group: Command, context: Context): void {
  const { terminal } = context;
  group
    .command('delete')
    .argument('<experiment>', REFERENCE)
    .description('Removes an experiment with the runs of its trials, and what only they need.')
    .option('--keep-runs', 'keep the runs as runs like any other', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard experiments delete latest')
    .action((reference: string, { keepRuns, json }: CommonOptions & { keepRuns: boolean }) =>
      withExperiments(context, async ({ stores, snapshots }) => {
        const { id } = findExperiment(stores, reference);
        const what = keepRuns ? 'keep' : 'delete';
        const { runs, freed } = await removeExperiment(stores, snapshots, id, what);
        if (json) return printJson(terminal, { id, runs, freed });
        const space = freed.postponed
          ? 'its files go when no run is going on any more'
          : `${byteSize(freed.bytes)} freed`;
        terminal.out(`Deleted the experiment ${id} and ${runs} runs; ${space}.\n`);
      })
    );
}
