import { METRICS_STEP } from '../pipeline/model';
import type { MetricValue, Resources, RunPhase, StepError } from './events';
import type { RunError, RunState, RunWarning, StepState } from './state';

export interface StepSummary {
  name: string;
  state: RunPhase;
  cached: boolean;
  why: string;
  /** From its start to its end, the waiting between attempts left out; null where it has not both. */
  durationMs: number | null;
  attempts: number;
  resources: Resources | null;
  /** Id of the snapshot that it saw; null for none. */
  snapshot: string | null;
  error: StepError | null;
}

/** What `chard run --json` prints of a run. */
export interface RunSummary {
  id: string;
  state: RunPhase;
  pipeline: string;
  notebook: string;
  parameters: RunState['parameters'];
  metrics: Record<string, MetricValue>;
  durationMs: number | null;
  steps: StepSummary[];
  warnings: RunWarning[];
  /** Id of the snapshot that the run works on; null for none. */
  snapshot: string | null;
  workspace: RunState['workspace'];
  error: RunError | null;
}

/**
 * A run as DESIGN section 10 prints it. The implicit metrics step is not among the steps; where it failed, the
 * run's `error` names it.
 */
export function runSummary(state: RunState): RunSummary {
  return {
    id: state.id,
    state: state.phase,
    pipeline: state.pipeline,
    notebook: state.notebook.path,
    parameters: state.parameters,
    metrics: Object.fromEntries([...state.metrics.values()].map(({ name, last }) => [name, last])),
    durationMs: span(state.startedAt, state.finishedAt),
    steps: state.steps.filter(step => step.name !== METRICS_STEP).map(stepSummary),
    warnings: state.warnings.toArray(),
    snapshot: state.snapshot?.id ?? null,
    workspace: state.workspace,
    error: state.error
  };
}

function stepSummary(step: StepState): StepSummary {
  return {
    name: step.name,
    state: step.phase,
    cached: step.cached,
    why: step.why,
    durationMs: span(step.startedAt, step.finishedAt),
    attempts: step.attempts,
    resources: step.resources,
    snapshot: step.snapshot,
    error: step.error
  };
}

function span(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}
