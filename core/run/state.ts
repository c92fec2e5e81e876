import type {
  MetricValue,
  Resources,
  RunEventBody,
  RunPhase,
  RunSnapshotUse,
  StepError,
  StoredValue,
  VolumeUse,
  WorkspaceWay
} from './events';
import { Series } from './series';

type Created = Extract<RunEventBody, { type: 'run-created' }>;
export type RunOptions = Created['options'];
export type RunError = StepError & { step: string | null };

export interface StepState {
  readonly name: string;
  readonly cells: readonly number[];
  readonly after: readonly string[];
  readonly phase: RunPhase;
  readonly cached: boolean;
  /** Why it was or was not reused, or was skipped, in words; empty until it is known. */
  readonly why: string;
  readonly reusedFrom: string | null;
  /** The number of the last attempt; 0 before the first. */
  readonly attempts: number;
  readonly pid: number | null;
  /** The cell that runs now, counting over all cells. */
  readonly cell: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Of the last failed attempt while it waits for the next, and of the step once it failed. */
  readonly error: StepError | null;
  readonly values: readonly StoredValue[];
  readonly resources: Resources | null;
  /** Id of the snapshot that it saw when it was executed, be it in another run; null for none. */
  readonly snapshot: string | null;
}

/** One point of a metric: `at` is its x (`log_metric(..., step=)`), null for a single number. */
export interface MetricPoint {
  readonly value: MetricValue;
  readonly at: number | null;
  readonly time: number;
}

export interface MetricState {
  readonly name: string;
  readonly step: string;
  readonly last: MetricValue;
  readonly points: Series<MetricPoint>;
}

export interface RunWarning {
  readonly step: string | null;
  readonly code: string;
  readonly message: string;
  readonly cell: number | null;
}

/** What a run's log says, so far. Built by `reduce` alone; views show it and hold no other truth. */
export interface RunState {
  /** Empty until the run's first event. */
  readonly id: string;
  readonly pipeline: string;
  readonly notebook: Created['notebook'];
  readonly parameters: Created['parameters'];
  readonly options: RunOptions;
  readonly phase: RunPhase;
  /** A cancel was asked for and has not ended the run yet. */
  readonly cancelling: boolean;
  /** The modules being imported before the first step starts; null at any other time. */
  readonly preparing: readonly string[] | null;
  /** The last event that this state knows. */
  readonly seq: number;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: RunError | null;
  readonly steps: readonly StepState[];
  /** Position in `steps` by name. */
  readonly positions: ReadonlyMap<string, number>;
  readonly metrics: ReadonlyMap<string, MetricState>;
  readonly warnings: Series<RunWarning>;
  /** Null: the run works on the notebook's folder as it is. */
  readonly snapshot: RunSnapshotUse | null;
  /** Where its steps work; null until one is executed. */
  readonly workspace: {
    readonly way: WorkspaceWay;
    readonly why: string;
    readonly volumes: readonly VolumeUse[];
  } | null;
}

export const initialRunState: RunState = {
  id: '',
  pipeline: '',
  notebook: { path: '', sha256: '' },
  parameters: {},
  options: { cache: true, from: null, only: null, base: null },
  phase: 'pending',
  cancelling: false,
  preparing: null,
  seq: 0,
  createdAt: null,
  startedAt: null,
  finishedAt: null,
  error: null,
  steps: [],
  positions: new Map(),
  metrics: new Map(),
  warnings: Series.empty(),
  snapshot: null,
  workspace: null
};

/** The state of the step called `name`; undefined where the run has none. */
export function stepState(state: RunState, name: string): StepState | undefined {
  const position = state.positions.get(name);
  return position === undefined ? undefined : state.steps[position];
}

/** Whether nothing more happens in a run unless somebody resumes it. */
export function isOver(phase: RunPhase): boolean {
  return phase !== 'pending' && phase !== 'running';
}
