import type { TrialState } from '@chard/core/experiment';

/** When a trial ran, and beside which others. */
export interface LaneBar {
  readonly trial: TrialState;
  /** Counts from 0; no two bars of a lane overlap. */
  readonly lane: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** The trials that have started, each in the first lane that was free by then. `now` ends those that run. */
export function lanesOf(trials: readonly TrialState[], now: number): LaneBar[] {
  const started = trials
    .filter(({ startedAt }) => startedAt !== null)
    .sort((one, other) => one.startedAt! - other.startedAt! || one.number - other.number);
  const free: number[] = [];
  return started.map(trial => {
    const from = trial.startedAt!;
    const to = Math.max(from, trial.finishedAt ?? now);
    const found = free.findIndex(until => until <= from);
    const lane = found === -1 ? free.length : found;
    free[lane] = to;
    return { trial, lane, from, to };
  });
}
