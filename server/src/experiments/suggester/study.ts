import {
  objectiveValue,
  seedOf,
  type ExperimentSpec,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import type { Ending } from './suggester';

/** An experiment as the suggester's `open` takes it. */
export function studyOf({ id, spec, trials }: ExperimentState): object {
  return {
    study: {
      // Hyperband puts trials into brackets by the study's name.
      name: id,
      direction: spec.objective.type,
      algorithm: spec.algorithm,
      early_stopping: spec.earlyStopping,
      seed: seedOf(spec),
      parameters: spec.parameters
    },
    trials: trials.map(trial => studyTrial(spec, trial))
  };
}

/** A trial as `open` and `export` take it. */
export function studyTrial(spec: ExperimentSpec, trial: TrialState): object {
  const { number, parameters, suggestedAt, startedAt, finishedAt, run, reason, phase } = trial;
  const ending = endingOf(spec, trial);
  return {
    number,
    parameters,
    state: ending?.state ?? 'running',
    value: ending?.value ?? null,
    intermediate: intermediateValues(spec, trial).map(({ step, value }) => [step, value]),
    started: startedAt ?? suggestedAt,
    finished: finishedAt,
    attributes: { run, state: phase, ...(reason !== '' && { reason }) }
  };
}

/** What the algorithm is told of a trial's end; null for one that has not come to it. */
export function endingOf(spec: ExperimentSpec, trial: TrialState): Ending | null {
  switch (trial.phase) {
    case 'pending':
    case 'running':
    case 'interrupted':
      return null;
    case 'succeeded': {
      const value = objectiveValue(spec, trial);
      return value === null ? { state: 'failed', value: null } : { state: 'complete', value };
    }
    case 'pruned':
      return { state: 'pruned', value: null };
    default:
      return { state: 'failed', value: null };
  }
}

/** The finite values of the objective that a trial has reported, each with its step, which counts where none is said. */
export function intermediateValues(
  { objective: { metric } }: ExperimentSpec,
  { metrics }: TrialState
): { step: number; value: number }[] {
  const reported = metrics.get(metric)?.points.toArray() ?? [];
  const steps = new Map<number, number>();
  reported.forEach(({ value, at }, index) => {
    const step = stepOf(at, index);
    // The first value of a step counts, as in Optuna.
    if (typeof value === 'number' && !steps.has(step)) steps.set(step, value);
  });
  return [...steps].map(([step, value]) => ({ step, value }));
}

/** Optuna's steps are whole numbers from 0. */
export function stepOf(at: number | null, index: number): number {
  return at === null ? index : Math.max(0, Math.floor(at));
}
