import {
  objectiveValue,
  type ExperimentSpec,
  type ExperimentState,
  type TrialPhase,
  type TrialState
} from '@chard/core/experiment';
import type { MetricValue } from '@chard/core/run';

/** The trial that is looked at, in all charts and the table at once. */
export interface Pointing {
  /** Its number; null for none. */
  readonly pointed: number | null;
  readonly onPoint: (trial: number | null) => void;
  /** Opens its run. */
  readonly onOpen: (trial: number) => void;
}

/** What a metric came to in a trial, or stands at while it runs; undefined where it has not been reported. */
export function metricOf(trial: TrialState, name: string): MetricValue | undefined {
  return Object.hasOwn(trial.values, name) ? trial.values[name] : trial.metrics.get(name)?.last;
}

/** The longest number that a trial of the experiment has or will have. */
export function longestNumber({ spec, trials }: ExperimentState): number {
  return Math.max(spec.maxTrialCount, trials.length);
}

/**
 * What a trial that went to its end came to: null for any other. One that was pruned or cancelled has reported values, too,
 * which say nothing beside those of trials that were trained to the end.
 */
export function finalValue(spec: ExperimentSpec, trial: TrialState): number | null {
  return trial.phase === 'succeeded' ? objectiveValue(spec, trial) : null;
}

/** Phases in the order in which legends name them. */
export const PHASES: readonly TrialPhase[] = [
  'succeeded',
  'pruned',
  'failed',
  'metrics-unavailable',
  'cancelled',
  'interrupted',
  'running',
  'pending'
];
