import type { Command } from 'commander';
import { isOver } from '@chard/core/run';
import { byteSize } from '../../../byteSize';
import { removeRun } from '../../../runs/remove';
import { printJson, type CommonOptions, type Context } from '../../context';
import { withStores } from '../../withStores';
import { findRun } from './find';

export function registerCancel(runs: Command, context: Context): void {
  const { terminal } = context;
  runs
    .command('cancel')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Asks the process that executes a run to end it, all its steps included.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs cancel latest')
    .action((reference: string, { json }: CommonOptions) =>
      withStores(context, async ({ stores, engine }) => {
        const { id, phase } = findRun(stores, reference);
        const cancelRequested = !isOver(phase);
        if (cancelRequested) {
          await engine.cancel(id);
        }
        if (json) {
          return printJson(terminal, { id, state: phase, cancelRequested });
        }
        terminal.out(
          cancelRequested
            ? `Asked the run ${id} to end.\n`
            : `The run ${id} is over already: ${phase}.\n`
        );
      })
    );
}

export function registerDelete(runs: Command, context: Context): void {
  const { terminal } = context;
  runs
    .command('delete')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Removes a run, its log, and what only it needs.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs delete 20260131-0915')
    .action((reference: string, { json }: CommonOptions) =>
      withStores(context, async ({ stores, snapshots }) => {
        const { id } = findRun(stores, reference);
        const freed = await removeRun(stores, snapshots, id);
        if (json) {
          return printJson(terminal, { id, freed });
        }
        const what = freed.postponed
          ? 'its files go when no run is going on any more'
          : `${byteSize(freed.bytes)} freed`;
        terminal.out(`Deleted the run ${id}; ${what}.\n`);
      })
    );
}
