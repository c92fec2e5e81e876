import { METRICS_STEP } from '@chard/core/pipeline/model';
import type { RunEventBody, RunPhase } from '@chard/core/run';
import type { RunOutline } from './model';

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

/** What lists show of a run before it has said anything. */
export const EMPTY_OUTLINE: RunOutline = { parameters: {}, metrics: {}, failedStep: null };

/** What lists show of a run after one more event; the same object where the event changes nothing of it. */
export function outlineAfter(outline: RunOutline, body: RunEventBody): RunOutline {
  switch (body.type) {
    case 'run-created':
      return { ...outline, parameters: body.parameters };
    case 'run-resumed':
      return { ...outline, failedStep: null };
    case 'run-finished':
      return { ...outline, failedStep: body.error?.step ?? null };
    case 'step-started':
      // A later attempt tells its numbers again.
      return body.step === METRICS_STEP ? { ...outline, metrics: {} } : outline;
    case 'metric': {
      if (body.step !== METRICS_STEP) return outline;
      const { name, value } = body;
      return { ...outline, metrics: { ...outline.metrics, [name]: value } };
    }
    default:
      return outline;
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
