import { doneCount, type ExperimentEventBody, type ExperimentState } from '@chard/core/experiment';

/** How an experiment ends that has come to its end by its state. @param trouble what kept it from going on; empty where nothing did */
export function experimentFinished(state: ExperimentState, trouble: string): ExperimentEventBody {
  const { reason, tally, spec } = state;
  const type = 'experiment-finished';
  switch (reason) {
    case 'too-many-failures': {
      const failed = tally.failed + tally['metrics-unavailable'];
      const message = `${failed} trials have failed; ${spec.maxFailedTrialCount} may. ${lastFailure(state)}`;
      return { type, state: 'failed', reason, message: message.trim() };
    }
    case 'error':
      return { type, state: 'failed', reason, message: trouble };
    case 'stopped':
    case null:
      return { type, state: 'stopped', reason: 'stopped', message: '' };
    default: {
      const message =
        tally.succeeded > 0 ? '' : `No trial has succeeded. ${lastFailure(state)}`.trim();
      const phase = tally.succeeded > 0 || doneCount(state) === 0 ? 'succeeded' : 'failed';
      return { type, state: phase, reason, message };
    }
  }
}

function lastFailure({ trials }: ExperimentState): string {
  const last = trials.findLast(
    ({ phase }) => phase === 'failed' || phase === 'metrics-unavailable'
  );
  return last === undefined ? '' : `Trial ${last.number}: ${last.reason}`;
}
