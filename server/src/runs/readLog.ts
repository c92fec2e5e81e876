import { fold, initialRunState, type RunEvent, type RunState } from '@chard/core/run';
import type { ReadOptions, Stores } from '../stores';

const PAGE = 2000;

/** A run's log from after `after`, a page at a time: a long log never stands in memory as a whole. */
export function* readLog(
  stores: Stores,
  run: string,
  { after = 0, ...selection }: Omit<ReadOptions, 'limit'> = {}
): Generator<RunEvent> {
  let last = after;
  for (;;) {
    const page = stores.runs.read(run, {
      after: last,
      limit: PAGE,
      ...selection
    });
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) {
      return;
    }
    last = end.seq;
  }
}

/** A run's state as its log has it now. */
export function readState(stores: Stores, run: string): RunState {
  return fold(initialRunState, readLog(stores, run, { quiet: true }));
}
