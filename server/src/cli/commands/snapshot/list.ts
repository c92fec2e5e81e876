import type { Command } from 'commander';
import { byteSize } from '../../../byteSize';
import { totalCounts } from '@chard/core/snapshot';
import { printJson, type CommonOptions, type Context } from '../../context';
import { table, utc } from '../../terminal';
import { subjectOf } from './shown';
import { withSnapshots } from './withSnapshots';

export function registerList(snapshot: Command, context: Context): void {
  const { terminal } = context;
  snapshot
    .command('list')
    .description('Lists the snapshots, newest first, and what they take on the disk together.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard snapshot list')
    .action(({ json }: CommonOptions) =>
      withSnapshots(context, async store => {
        const snapshots = await store.list();
        const usage = await store.usage();
        if (json) return printJson(terminal, { snapshots, usage });
        if (snapshots.length === 0) {
          return terminal.out(
            'No snapshots yet. `chard snapshot create FOLDER` takes the first.\n'
          );
        }
        const rows = snapshots.map(each => {
          const { files, bytes } = totalCounts(each);
          const added = byteSize(each.addedBytes);
          const pins = each.pins.join(', ');
          const size = byteSize(bytes);
          return [each.id, utc(each.createdAt), String(files), size, added, pins, subjectOf(each)];
        });
        const head = ['SNAPSHOT', 'TAKEN (UTC)', 'FILES', 'SIZE', 'ADDED', 'NEEDED BY', 'OF'];
        terminal.out(table([head, ...rows]));
        terminal.out(`\nTogether they take ${byteSize(usage.bytes)} on the disk.\n`);
      })
    );
}
