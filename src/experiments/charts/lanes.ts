import type { TrialState } from '@chard/core/experiment';
import { ticks } from '../../curves/scale';

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

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Round steps of a clock, in milliseconds; below and above they are decimal. */
const CLOCK = [
  ...[1, 2, 5, 10, 15, 30].map(count => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(count => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map(count => count * HOUR)
];

/** From nought to `span` milliseconds, times that are round on a clock, no more than `count` of them behind the first. */
export function timeTicks(span: number, count: number): number[] {
  const least = span / Math.max(1, count);
  const step =
    least <= SECOND / 2 || least > CLOCK.at(-1)!
      ? ticks({ least: 0, most: span }, Math.max(1, count))[1]!
      : CLOCK.find(each => each >= least)!;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, at) => at * step);
}
