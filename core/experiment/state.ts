import { z } from 'zod';
import type { MetricValue, RunSnapshotUse, StepError } from '../run/events';
import type { Series } from '../run/series';
import type { MetricPoint } from '../run/state';
import type { EndReason, ExperimentEventBody } from './events';
import type { Assignment, ExperimentSpec } from './model';

type Created = Extract<ExperimentEventBody, { type: 'experiment-created' }>;

export const TrialPhase = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'pruned',
  'cancelled',
  'metrics-unavailable',
  /** Whoever ran the experiment is gone; it goes on when the experiment does. */
  'interrupted'
]);
export type TrialPhase = z.infer<typeof TrialPhase>;

export const ExperimentPhase = z.enum([
  'pending',
  'running',
  'paused',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'interrupted'
]);
export type ExperimentPhase = z.infer<typeof ExperimentPhase>;

export interface TrialMetric {
  readonly last: MetricValue;
  readonly points: Series<MetricPoint>;
}

export interface TrialState {
  /** Counts from 1; also its place in the experiment's list. */
  readonly number: number;
  readonly parameters: Assignment;
  readonly phase: TrialPhase;
  /** Null until it has started. */
  readonly run: string | null;
  /** Milliseconds since 1970. */
  readonly suggestedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** What it has reported so far, by name. */
  readonly metrics: ReadonlyMap<string, TrialMetric>;
  /** What its metrics came to; empty before its end. */
  readonly values: Readonly<Record<string, MetricValue>>;
  readonly reusedSteps: readonly string[];
  readonly stepsMs: number;
  readonly reason: string;
  readonly error: (StepError & { step: string | null }) | null;
}

export type TrialTally = Readonly<Record<TrialPhase, number>>;

/** What an experiment's log says, so far. Built by `reduceExperiment` alone; views show it and hold no other truth. */
export interface ExperimentState {
  /** Empty until the experiment's first event. */
  readonly id: string;
  readonly pipeline: string;
  readonly notebook: Created['notebook'];
  /** With the counts as they are now. */
  readonly spec: ExperimentSpec;
  readonly fixed: Created['fixed'];
  /** What all trials work on; null: the notebook's folder as it is. */
  readonly snapshot: RunSnapshotUse | null;
  readonly phase: ExperimentPhase;
  /** Why it is ending or has ended; null before. */
  readonly reason: EndReason | null;
  readonly message: string;
  /** So many suggestions have been asked for and have not come. */
  readonly awaited: number;
  readonly trials: readonly TrialState[];
  /** Trials by phase. */
  readonly tally: TrialTally;
  /** The number of the best trial; null while none has succeeded. */
  readonly best: number | null;
  /** The last event that this state knows. */
  readonly seq: number;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export const emptyTally: TrialTally = {
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  pruned: 0,
  cancelled: 0,
  'metrics-unavailable': 0,
  interrupted: 0
};

export const initialExperimentState: ExperimentState = {
  id: '',
  pipeline: '',
  notebook: { path: '', sha256: '' },
  spec: {
    name: '',
    parameters: [],
    objective: {
      type: 'minimize',
      metric: '',
      goal: null,
      additionalMetrics: [],
      strategies: {}
    },
    algorithm: { name: 'random', settings: {} },
    earlyStopping: null,
    maxTrialCount: 0,
    parallelTrialCount: 0,
    maxFailedTrialCount: 0,
    resumePolicy: 'LongRunning',
    seed: null,
    trialTimeoutSeconds: null
  },
  fixed: {},
  snapshot: null,
  phase: 'pending',
  reason: null,
  message: '',
  awaited: 0,
  trials: [],
  tally: emptyTally,
  best: null,
  seq: 0,
  createdAt: null,
  startedAt: null,
  finishedAt: null
};

/** The trial of this number; undefined where there is none. */
export function trialState(state: ExperimentState, number: number): TrialState | undefined {
  return state.trials[number - 1];
}

/** Whether nothing more happens in an experiment unless somebody resumes it. */
export function isExperimentOver(phase: ExperimentPhase): boolean {
  return (
    phase === 'succeeded' || phase === 'failed' || phase === 'stopped' || phase === 'interrupted'
  );
}

/** Whether a trial has come to its end. */
export function isTrialOver(phase: TrialPhase): boolean {
  return phase !== 'pending' && phase !== 'running' && phase !== 'interrupted';
}

/** A trial's value of the objective; null where it has no finite one. */
export function objectiveValue(spec: ExperimentSpec, trial: TrialState): number | null {
  const { metric } = spec.objective;
  const value = Object.hasOwn(trial.values, metric) ? trial.values[metric] : null;
  return typeof value === 'number' ? value : null;
}
