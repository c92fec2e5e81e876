import type { Choice, ExperimentSpec } from './model';
import { objectiveValue, type TrialState } from './state';

/** What trials are put in order by. */
export type TrialKey =
  | { readonly by: 'number' | 'phase' | 'duration' | 'objective' }
  | { readonly by: 'parameter' | 'metric'; readonly name: string };

/** Trials in order; those that have no value for the key come last, whichever way, and equal ones by number. */
export function orderTrials(
  spec: ExperimentSpec,
  trials: readonly TrialState[],
  key: TrialKey,
  descending = false
): TrialState[] {
  const keyed = trials.map(trial => ({ trial, value: keyOf(spec, trial, key) }));
  keyed.sort((one, other) => {
    if (one.value === null || other.value === null) {
      if (one.value !== other.value) return one.value === null ? 1 : -1;
      return one.trial.number - other.trial.number;
    }
    const order = compare(one.value, other.value);
    return (descending ? -order : order) || one.trial.number - other.trial.number;
  });
  return keyed.map(({ trial }) => trial);
}

function keyOf(spec: ExperimentSpec, trial: TrialState, key: TrialKey): Choice {
  switch (key.by) {
    case 'number':
      return trial.number;
    case 'phase':
      return trial.phase;
    case 'duration':
      return trial.startedAt === null || trial.finishedAt === null
        ? null
        : trial.finishedAt - trial.startedAt;
    case 'objective':
      return objectiveValue(spec, trial);
    case 'parameter':
      return trial.parameters[key.name] ?? null;
    case 'metric':
      return finite(trial.values[key.name] ?? trial.metrics.get(key.name)?.last);
  }
}

function finite(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Numbers before texts before truth values, each in its own order. */
function compare(one: Exclude<Choice, null>, other: Exclude<Choice, null>): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const ranks = [one, other].map(value => ['number', 'string', 'boolean'].indexOf(typeof value));
  if (ranks[0] !== ranks[1]) return ranks[0]! - ranks[1]!;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}
