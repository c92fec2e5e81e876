import type { RunEvent, RunState } from '@chard/core/run';
import type { Stores } from '../../../stores';

/** Resolves with the first event of a run's log, past or to come, that fits. */
export function eventually(
  { runs }: Stores,
  run: string,
  fits: (event: RunEvent) => boolean
): Promise<RunEvent> {
  return new Promise(resolve => {
    let seen = 0;
    const look = (): void => {
      for (const event of runs.read(run, { after: seen })) {
        seen = event.seq;
        if (!fits(event)) continue;
        stop();
        resolve(event);
        return;
      }
    };
    const stop = runs.onChange(look);
    look();
  });
}

/** Whether an event is text of a step with this part. */
export function printed(step: string, part: string): (event: RunEvent) => boolean {
  return event => event.type === 'output' && event.step === step && event.text.includes(part);
}

/** All that a step printed. */
export function outputOf({ runs }: Stores, run: string, step: string): string {
  return runs
    .read(run, { step })
    .flatMap(event => (event.type === 'output' ? [event.text] : []))
    .join('');
}

/** Step name to state; "cached" for a reused step. */
export function phasesOf(state: RunState): Record<string, string> {
  return Object.fromEntries(
    state.steps.map(({ name, phase, cached }) => [name, cached ? 'cached' : phase])
  );
}
