import type { RunEvent } from '@chard/core/run';

/** A run that was cut off longer ago is a person's to go on with: what it would write may not be wanted any more. */
const FORGOTTEN_AFTER_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;
/** A run that was cut off so often without getting anywhere may itself be what cuts it off. */
const TRIES_WITHOUT_PROGRESS = 3;

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
  return !isForgotten(lastSign, now) && triesWithoutProgress < TRIES_WITHOUT_PROGRESS;
}

/** Whether a last sign of life is so long ago that only a person should go on. */
export function isForgotten(lastSign: number, now: number): boolean {
  return now - lastSign >= FORGOTTEN_AFTER_MILLISECONDS;
}
