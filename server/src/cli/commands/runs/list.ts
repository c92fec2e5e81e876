import { InvalidArgumentError, type Command } from 'commander';
import { printJson, type CommonOptions, type Context } from '../../context';
import { duration, table, utc } from '../../terminal';
import { withStores } from '../../withStores';

export function registerList(runs: Command, context: Context): void {
  const { terminal } = context;
  runs
    .command('list')
    .description('Lists the runs, newest first.')
    .option('--limit <n>', 'at most so many', positive, 50)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs list --limit 10')
    .action((options: CommonOptions & { limit: number }) =>
      withStores(context, ({ stores }) => {
        const records = stores.runs.list({ limit: options.limit });
        if (options.json) {
          const shown = records.map(record => ({
            id: record.id,
            number: record.number,
            title: record.title,
            state: record.phase,
            pipeline: record.pipeline,
            notebook: record.notebook,
            parameters: record.parameters,
            metrics: record.metrics,
            createdAt: record.createdAt,
            finishedAt: record.finishedAt
          }));
          return printJson(terminal, { runs: shown });
        }
        if (records.length === 0) {
          return terminal.out('No runs yet. `chard run NOTEBOOK` makes the first.\n');
        }
        const rows = records.map(record => [
          record.id,
          String(record.number),
          record.phase,
          utc(record.createdAt),
          record.finishedAt === null ? '' : duration(record.finishedAt - record.createdAt),
          record.title === null ? record.pipeline : `${record.pipeline}: ${record.title}`,
          record.notebook
        ]);
        terminal.out(
          table([['RUN', 'NO.', 'STATE', 'STARTED (UTC)', 'TOOK', 'PIPELINE', 'NOTEBOOK'], ...rows])
        );
      })
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It takes a whole number from 1.');
  }
  return value;
}
