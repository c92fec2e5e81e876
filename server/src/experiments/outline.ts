import { objectiveValue, trialState, type ExperimentState } from '@chard/core/experiment';
import type { ExperimentOutline } from '../stores';

/** What lists show of an experiment in this state. */
export function experimentOutline(state: ExperimentState): ExperimentOutline {
  const { phase, reason, spec, tally, finishedAt } = state;
  const { maxTrialCount, parallelTrialCount, maxFailedTrialCount } = spec;
  return {
    phase,
    reason,
    counts: { maxTrialCount, parallelTrialCount, maxFailedTrialCount },
    tally,
    best: bestOf(state),
    finishedAt
  };
}

function bestOf(state: ExperimentState): ExperimentOutline['best'] {
  const trial = state.best === null ? undefined : trialState(state, state.best);
  const value = trial === undefined ? null : objectiveValue(state.spec, trial);
  if (trial === undefined || value === null) return null;
  const { number, run, parameters } = trial;
  return { trial: number, run, value, parameters };
}
