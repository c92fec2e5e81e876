import type { Command } from 'commander';
import { ownerLives, openStores } from '../../../stores';
import { printJson, type CommonOptions, type Context } from '../../context';
import { byteSize } from '../../terminal';
import { findRun } from './find';

export function registerCancel(runs: Command, { terminal, home }: Context): void {
  runs
    .command('cancel')
    .argument('<run>', 'a run: its id, the beginning of one, or `latest`')
    .description('Asks the process that executes a run to end it, all its steps included.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs cancel latest')
    .action((reference: string, { json }: CommonOptions) => {
      const stores = openStores(home);
      try {
        const { id } = findRun(stores, reference);
        stores.runs.requestCancel(id);
        if (json) {
          printJson(terminal, { id, cancelRequested: true });
        } else {
          terminal.out(`Asked the run ${id} to end.\n`);
        }
      } finally {
        stores.close();
      }
    });
}

export function registerDelete(runs: Command, { terminal, home }: Context): void {
  runs
    .command('delete')
    .argument('<run>', 'a run: its id, or the beginning of one')
    .description('Removes a run, its log, and what only it needs.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard runs delete 8f3k2m')
    .action((reference: string, { json }: CommonOptions) => {
      const stores = openStores(home);
      try {
        const { id } = findRun(stores, reference);
        stores.runs.delete(id);
        const freed = stores.collectGarbage(lease => ownerLives(lease, Date.now()));
        if (json) {
          printJson(terminal, { id, freed });
        } else {
          const what = freed.postponed
            ? 'its files go when no run is going on any more'
            : `${byteSize(freed.bytes)} freed`;
          terminal.out(`Deleted the run ${id}; ${what}.\n`);
        }
      } finally {
        stores.close();
      }
    });
}
