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
          const shown = records.map(({ id, phase, pipeline, notebook, createdAt, finishedAt }) => ({
            id,
            state: phase,
            pipeline,
            notebook,
            createdAt,
            finishedAt
          }));
          return printJson(terminal, { runs: shown });
        }
        if (records.length === 0) {
          return terminal.out('No runs yet. `chard run NOTEBOOK` makes the first.\n');
        }
        const rows = records.map(({ id, phase, pipeline, createdAt, finishedAt, notebook }) => [
          id,
          phase,
          utc(createdAt),
          finishedAt === null ? '' : duration(finishedAt - createdAt),
          pipeline,
          notebook
        ]);
        terminal.out(
          table([['RUN', 'STATE', 'STARTED (UTC)', 'TOOK', 'PIPELINE', 'NOTEBOOK'], ...rows])
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
