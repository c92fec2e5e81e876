import { InvalidArgumentError, type Command } from 'commander';
import type { PruneReport } from '@chard/core/snapshot';
import { byteSize } from '../../../byteSize';
import { printJson, type CommonOptions, type Context } from '../../context';
import { table } from '../../terminal';
import { countOf } from './shown';
import { withSnapshots } from './withSnapshots';

interface PruneOptions extends CommonOptions {
  readonly keepLast?: number;
  readonly keepWithin?: number;
  readonly dryRun: boolean;
}

export function registerPrune(snapshot: Command, context: Context): void {
  const { terminal } = context;
  snapshot
    .command('prune')
    .description(
      'Removes snapshots that no rule keeps, never one that a run needs, and all that nothing needs then. Without a rule no snapshot goes.'
    )
    .option('--keep-last <n>', 'keep the newest n of each notebook or folder', positive)
    .option('--keep-within <time>', 'keep those younger than this: 12h, 30d, 8w, 1y', duration)
    .option('--dry-run', 'only say what would go', false)
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard snapshot prune --keep-last 5 --keep-within 30d --dry-run'
    )
    .action(({ json, ...retention }: PruneOptions) =>
      withSnapshots(context, async store => {
        const report = await store.prune(retention);
        if (json) return printJson(terminal, report);
        terminal.out(told(report));
      })
    );
}

function told({ removed, kept, bytes, dryRun }: PruneReport): string {
  const rows = [
    ...removed.map(id => [dryRun ? 'would go' : 'removed', id, '']),
    ...kept.map(({ snapshot, why }) => ['kept', snapshot, why])
  ];
  const verb = dryRun ? 'would be freed' : 'freed';
  return `${table(rows)}${rows.length > 0 ? '\n' : ''}${countOf(removed.length, 'snapshot')}, ${byteSize(bytes)} ${verb}.\n`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It takes a whole number from 1.');
  }
  return value;
}

const HOURS = { h: 1, d: 24, w: 7 * 24, y: 365 * 24 };

/** Milliseconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d+)([hdwy])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidArgumentError(
      'It takes a number of hours, days, weeks or years: 12h, 30d, 8w, 1y.'
    );
  }
  return Number(count) * HOURS[unit as keyof typeof HOURS] * 3_600_000;
}
