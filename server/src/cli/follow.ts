import type { RunEvent, RunState } from '@chard/core/run';
import type { RunHandle } from '../engines/engine';
import type { Stores } from '../stores';
import { readLog } from '../runs/readLog';

/**
 * Gives a run's events to `listener` as they come into the log, from after `seq`, until the run is over.
 * @returns the run's last state.
 */
export async function followRun(
  stores: Stores,
  handle: RunHandle,
  listener: (event: RunEvent) => void,
  after = 0
): Promise<RunState> {
  let last = after;
  const catchUp = () => {
    for (const event of readLog(stores, handle.id, { after: last })) {
      last = event.seq;
      listener(event);
    }
  };
  const stop = stores.runs.onChange(catchUp);
  try {
    catchUp();
    const state = await handle.finished;
    catchUp();
    return state;
  } finally {
    stop();
  }
}
