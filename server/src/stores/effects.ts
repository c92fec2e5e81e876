import type { RunEventBody, RunPhase } from '@chard/core/run';

/** What an event changes about its run as a whole; undefined for most. */
export function phaseAfter(body: RunEventBody): RunPhase | undefined {
  switch (body.type) {
    case 'run-created':
      return 'pending';
    case 'run-started':
    case 'run-resumed':
      return 'running';
    case 'run-interrupted':
      return 'interrupted';
    case 'run-finished':
      return body.state;
    default:
      return undefined;
  }
}

/** Kinds of events that change no state: text and pictures, the bulk of a log. */
const LOUD: readonly RunEventBody['type'][] = ['output', 'output-dropped', 'display'];

/** Whether a run's state is made without events of this kind. */
export function isLoud({ type }: RunEventBody): boolean {
  return LOUD.includes(type);
}

/** The step that an event is about; null for the run's own. */
export function stepOf(body: RunEventBody): string | null {
  if (body.type === 'run-finished') return null;
  return 'step' in body ? body.step : null;
}

/** Content addresses of the stored values that an event makes the run need. */
export function valuesOf(body: RunEventBody): string[] {
  if (body.type !== 'step-finished') return [];
  return body.values.flatMap(({ group }) => (group === null ? [] : [group]));
}
