import type { Command } from 'commander';
import { executionContext } from '../../../runs/execution';
import { storedPipeline } from '../../../runs/record';
import type { Context, Finish } from '../../context';
import { watchRun, type ShowOptions } from '../../execution';
import { withStores } from '../../withStores';
import { findRun } from './find';

export function registerRetry(runs: Command, context: Context, finish: Finish): void {
  runs
    .command('retry')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Goes on with an interrupted, failed or cancelled run; what succeeded is kept.')
    .option('--follow', 'with --json: one JSON line an event, as it happens', false)
    .option('--json', 'one JSON document on standard output', false)
    .option('--save-displays <folder>', 'write figures and tables as files into this folder')
    .addHelpText('after', '\nExample:\n  chard runs retry latest')
    .action((reference: string, options: ShowOptions) =>
      withStores(context, async ({ stores, engine }) => {
        const { id, lastSeq } = findRun(stores, reference);
        const execution = await executionContext(storedPipeline(stores, id).kernel, context);
        const handle = await engine.resume(id, execution);
        finish(await watchRun({ stores, handle, after: lastSeq }, options, context));
      })
    );
}
