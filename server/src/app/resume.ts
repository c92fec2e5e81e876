import { type RunEvent } from '@chard/core/run';
import { ChardError } from '../errors';
import type { Host } from '../host';
import { executionContext } from '../runs/execution';
import { readLog } from '../runs/readLog';
import { storedPipeline } from '../runs/record';
import type { Backend } from './backend';

/** A run that was cut off longer ago is a person's to go on with: what it would write may not be wanted any more. */
const FORGOTTEN_AFTER_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;
/** A run that was cut off so often without getting anywhere may itself be what cuts it off. */
const TRIES_WITHOUT_PROGRESS = 3;

/**
 * Goes on with the runs that were cut off when whatever executed them was killed. One that cannot go on stays
 * interrupted; `report` is told why.
 *
 * @returns the ids of those that go on.
 */
export async function resumeInterrupted(
  { stores, engine, catalogue }: Backend,
  host: Host,
  report: (text: string) => void
): Promise<string[]> {
  await engine.recover();
  const resumed: string[] = [];
  for (const { id } of [...catalogue.all({ state: ['interrupted'] })]) {
    if (!mayGoOn(readLog(stores, id, { quiet: true }), Date.now())) continue;
    try {
      const { kernel } = storedPipeline(stores, id);
      await engine.resume(id, await executionContext(kernel, host));
      resumed.push(id);
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      // Another server has taken it meanwhile.
      if (error.code === 'run-owned') continue;
      report(`The run ${id} stays interrupted: ${error.message}`);
    }
  }
  return resumed;
}

/** Whether an interrupted run, by its log, was at work lately and has got further between its interruptions. */
export function mayGoOn(events: Iterable<RunEvent>, now: number): boolean {
  let lastSign = 0;
  let triesWithoutProgress = 0;
  for (const event of events) {
    if (event.type === 'run-interrupted') {
      triesWithoutProgress += 1;
    } else {
      lastSign = event.time;
      if (event.type === 'step-finished' && event.state === 'succeeded') triesWithoutProgress = 0;
    }
  }
  return (
    now - lastSign < FORGOTTEN_AFTER_MILLISECONDS && triesWithoutProgress < TRIES_WITHOUT_PROGRESS
  );
}
