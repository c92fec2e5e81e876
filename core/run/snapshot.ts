import { z } from 'zod';
import {
  MetricValue,
  Resources,
  RunPhase,
  RunSnapshotUse,
  StepError,
  StoredValue,
  VolumeUse,
  WorkspaceWay
} from './events';
import { Series } from './series';
import type { MetricPoint, MetricState, RunState, RunWarning } from './state';

const StepSnapshot = z.object({
  name: z.string(),
  cells: z.array(z.int()),
  after: z.array(z.string()),
  phase: RunPhase,
  cached: z.boolean(),
  why: z.string(),
  reusedFrom: z.string().nullable(),
  attempts: z.int(),
  pid: z.int().nullable(),
  cell: z.int().nullable(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  error: StepError.nullable(),
  values: z.array(StoredValue),
  resources: Resources.nullable(),
  snapshot: z.string().nullable().default(null)
});

/** A run's state as JSON, so that a client need not read a long log to begin with. */
export const RunSnapshot = z.object({
  id: z.string(),
  pipeline: z.string(),
  notebook: z.object({ path: z.string(), sha256: z.string() }),
  parameters: z.record(z.string(), z.json()),
  options: z.object({
    cache: z.boolean(),
    from: z.string().nullable(),
    only: z.string().nullable(),
    base: z.string().nullable(),
    parallel: z.int().nullable().optional()
  }),
  phase: RunPhase,
  cancelling: z.boolean(),
  preparing: z.array(z.string()).nullable().default(null),
  /** The last event that the state knows. */
  seq: z.int(),
  createdAt: z.number().nullable(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  error: StepError.extend({ step: z.string().nullable() }).nullable(),
  steps: z.array(StepSnapshot),
  metrics: z.array(
    z.object({
      name: z.string(),
      step: z.string(),
      last: MetricValue,
      points: z.array(z.object({ value: MetricValue, at: z.number().nullable(), time: z.number() }))
    })
  ),
  warnings: z.array(
    z.object({
      step: z.string().nullable(),
      code: z.string(),
      message: z.string(),
      cell: z.int().nullable()
    })
  ),
  snapshot: RunSnapshotUse.nullable().default(null),
  workspace: z
    .object({
      way: WorkspaceWay,
      why: z.string(),
      volumes: z.array(VolumeUse).default([])
    })
    .nullable()
    .default(null)
});
export type RunSnapshot = z.infer<typeof RunSnapshot>;

/** A state as JSON. */
export function takeSnapshot({ positions: _, ...state }: RunState): RunSnapshot {
  return {
    ...state,
    preparing: state.preparing && [...state.preparing],
    workspace: state.workspace && {
      ...state.workspace,
      volumes: [...state.workspace.volumes]
    },
    steps: state.steps.map(step => ({
      ...step,
      cells: [...step.cells],
      after: [...step.after],
      values: [...step.values]
    })),
    metrics: [...state.metrics.values()].map(metric => ({
      ...metric,
      points: metric.points.toArray()
    })),
    warnings: state.warnings.toArray()
  };
}

/** The state that `takeSnapshot` was given; `reduce` goes on from it. */
export function fromSnapshot(snapshot: RunSnapshot): RunState {
  return {
    ...snapshot,
    positions: new Map(snapshot.steps.map(({ name }, position) => [name, position])),
    metrics: new Map(
      snapshot.metrics.map(metric => [
        metric.name,
        { ...metric, points: seriesOf<MetricPoint>(metric.points) } satisfies MetricState
      ])
    ),
    warnings: seriesOf<RunWarning>(snapshot.warnings)
  };
}

function seriesOf<T>(items: readonly T[]): Series<T> {
  return items.reduce((series, item) => series.append(item), Series.empty<T>());
}
