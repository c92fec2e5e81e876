import { isBetter } from './objective';
import {
  isTrialOver,
  objectiveValue,
  type ExperimentPhase,
  type ExperimentState,
  type TrialState
} from './state';

/** The best value known once a trial had ended. */
export interface BestPoint {
  readonly trial: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The trial's own value. */
  readonly value: number;
  /** The best up to and with it. */
  readonly best: number;
  /** Whether this trial made it better. */
  readonly improved: boolean;
}

/** The succeeded trials in the order in which they ended, each with the best value so far. */
export function bestSoFar({ spec, trials }: ExperimentState): BestPoint[] {
  const ended = trials
    .filter(trial => trial.phase === 'succeeded' && objectiveValue(spec, trial) !== null)
    .sort((one, other) => one.finishedAt! - other.finishedAt! || one.number - other.number);
  let best: number | null = null;
  return ended.map(trial => {
    const value = objectiveValue(spec, trial)!;
    const improved: boolean = best === null || isBetter(spec.objective.type, value, best);
    if (improved) best = value;
    return { trial: trial.number, time: trial.finishedAt!, value, best: best!, improved };
  });
}

/** What an experiment is doing, as facts that a view puts into words. */
export interface Activity {
  readonly phase: ExperimentPhase;
  /** Nothing runs because the algorithm has not answered yet. */
  readonly waitingForSuggestions: boolean;
  readonly running: number;
  /** Trials that have come to an end, however. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly pruned: number;
  /** About how long it still takes; null where nothing is known yet or nothing goes on. */
  readonly remainingMs: number | null;
}

/** What an experiment is doing at the time `now` (milliseconds since 1970). */
export function activity(state: ExperimentState, now: number): Activity {
  const { tally, spec, phase, awaited } = state;
  return {
    phase,
    waitingForSuggestions: phase === 'running' && awaited > 0 && tally.running === 0,
    running: tally.running,
    done: doneCount(state),
    total: spec.maxTrialCount,
    failed: tally.failed,
    pruned: tally.pruned,
    remainingMs: remainingMs(state, now)
  };
}

/** Trials that have come to an end. Cancelled ones count too: they are not tried again. */
export function doneCount({ tally }: ExperimentState): number {
  return (
    tally.succeeded + tally.failed + tally.pruned + tally.cancelled + tally['metrics-unavailable']
  );
}

/** Of the latest trials, since the first ones also made what all share. */
const LOOKED_AT = 20;

/** About how long the trials still take, in milliseconds; null where none has ended or nothing goes on. */
export function remainingMs(state: ExperimentState, now: number): number | null {
  if (state.phase !== 'running' && state.phase !== 'stopping') return null;
  const duration = usualDuration(state.trials);
  if (duration === null) return null;
  const running = state.trials.filter(({ phase }) => phase === 'running');
  const left = running.map(trial => Math.max(0, duration - (now - trial.startedAt!)));
  const toCome =
    state.phase === 'stopping'
      ? 0
      : Math.max(0, state.spec.maxTrialCount - doneCount(state) - running.length);
  return makespan(left, toCome, duration, Math.max(1, state.spec.parallelTrialCount));
}

function usualDuration(trials: readonly TrialState[]): number | null {
  const durations = trials
    .filter(
      ({ phase, startedAt }) => isTrialOver(phase) && phase !== 'cancelled' && startedAt !== null
    )
    .sort((one, other) => one.finishedAt! - other.finishedAt!)
    .slice(-LOOKED_AT)
    .map(({ startedAt, finishedAt }) => finishedAt! - startedAt!)
    .sort((one, other) => one - other);
  return durations.length === 0 ? null : durations[Math.floor((durations.length - 1) / 2)]!;
}

/** When the last of `more` equal jobs is done, each given to the place that is free first. */
function makespan(
  running: readonly number[],
  more: number,
  duration: number,
  places: number
): number {
  const free = [...running, ...Array<number>(Math.max(0, places - running.length)).fill(0)];
  const whole = Math.floor(more / free.length);
  const ends = free.map(time => time + whole * duration).sort((one, other) => one - other);
  for (let index = 0; index < more % free.length; index += 1) ends[index]! += duration;
  return Math.max(...ends);
}
