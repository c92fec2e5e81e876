import { z } from 'zod';
import { MetricValue, RunSnapshotUse, StepError } from '../run/events';
import { Series } from '../run/series';
import type { MetricPoint } from '../run/state';
import { EndReason } from './events';
import { Assignment, ExperimentSpec } from './model';
import { ExperimentPhase, TrialPhase, type ExperimentState, type TrialState } from './state';

const Point = z.object({ value: MetricValue, at: z.number().nullable(), time: z.number() });

export const TrialSnapshot = z.object({
  number: z.int(),
  parameters: Assignment,
  phase: TrialPhase,
  run: z.string().nullable(),
  suggestedAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  metrics: z.array(z.object({ name: z.string(), last: MetricValue, points: z.array(Point) })),
  values: z.record(z.string(), MetricValue),
  reusedSteps: z.array(z.string()),
  stepsMs: z.number(),
  reason: z.string(),
  error: StepError.extend({ step: z.string().nullable() }).nullable()
});
export type TrialSnapshot = z.infer<typeof TrialSnapshot>;

/** An experiment's state as JSON, so that a client need not read a long log to begin with. */
export const ExperimentSnapshot = z.object({
  id: z.string(),
  pipeline: z.string(),
  notebook: z.object({ path: z.string(), sha256: z.string() }),
  spec: ExperimentSpec,
  fixed: z.record(z.string(), z.json()),
  snapshot: RunSnapshotUse.nullable(),
  phase: ExperimentPhase,
  reason: EndReason.nullable(),
  message: z.string(),
  awaited: z.int(),
  trials: z.array(TrialSnapshot),
  tally: z.record(TrialPhase, z.int()),
  best: z.int().nullable(),
  /** The last event that the state knows. */
  seq: z.int(),
  createdAt: z.number().nullable(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable()
});
export type ExperimentSnapshot = z.infer<typeof ExperimentSnapshot>;

/** A state as JSON. */
export function takeExperimentSnapshot(state: ExperimentState): ExperimentSnapshot {
  return { ...state, trials: state.trials.map(takeTrialSnapshot) };
}

function takeTrialSnapshot(trial: TrialState): TrialSnapshot {
  return {
    ...trial,
    values: { ...trial.values },
    reusedSteps: [...trial.reusedSteps],
    metrics: [...trial.metrics].map(([name, { last, points }]) => ({
      name,
      last,
      points: points.toArray()
    }))
  };
}

/** The state that `takeExperimentSnapshot` was given; `reduceExperiment` goes on from it. */
export function fromExperimentSnapshot(snapshot: ExperimentSnapshot): ExperimentState {
  return { ...snapshot, trials: snapshot.trials.map(fromTrialSnapshot) };
}

function fromTrialSnapshot({ metrics, ...trial }: TrialSnapshot): TrialState {
  return {
    ...trial,
    metrics: new Map(
      metrics.map(({ name, last, points }) => [
        name,
        {
          last,
          points: points.reduce((all, point) => all.append(point), Series.empty<MetricPoint>())
        }
      ])
    )
  };
}
