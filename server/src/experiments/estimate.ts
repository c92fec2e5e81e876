import type { ExperimentSpec } from '@chard/core/experiment';
import { METRICS_STEP, type Pipeline } from '@chard/core/pipeline';
import { stepState, type RunState, type StepState } from '@chard/core/run';
import { StepGraph } from '../engines/local/graph';
import { machineLimits } from '../engines/local/resources';
import { readState } from '../runs/readLog';
import type { Stores } from '../stores';

/** About how long an experiment takes; times are milliseconds. */
export interface ExperimentEstimate {
  readonly totalMs: number;
  /** Steps that no tuned parameter touches: once for all trials. */
  readonly sharedMs: number;
  readonly trialMs: number;
  readonly sharedSteps: string[];
  readonly trialSteps: string[];
  /** The run that the times are from. */
  readonly run: string;
}

/** Runs of the notebook that are looked at for times. */
const LOOKED_AT = 10;

/** From the times of the notebook's last whole run; null where there is none that has them all. */
export function estimateExperiment(
  stores: Stores,
  notebook: string,
  pipeline: Pipeline,
  spec: ExperimentSpec
): ExperimentEstimate | null {
  const graph = new StepGraph(pipeline);
  const touched = touchedSteps(graph, spec);
  const names = graph.steps.map(({ name }) => name);
  const found = timesOf(stores, notebook, names);
  if (found === null) return null;
  const { run, times } = found;
  const sum = (steps: readonly string[]): number =>
    steps.reduce((total, name) => total + (times.get(name) ?? 0), 0);
  const trialSteps = names.filter(name => touched.has(name));
  const sharedSteps = names.filter(name => !touched.has(name));
  const [sharedMs, trialMs] = [sum(sharedSteps), sum(trialSteps)];
  const places = Math.max(1, Math.min(spec.parallelTrialCount, machineLimits().parallel));
  const rounds = Math.ceil(spec.maxTrialCount / places);
  return {
    totalMs: sharedMs + rounds * trialMs,
    sharedMs,
    trialMs,
    sharedSteps: sharedSteps.filter(isShown),
    trialSteps: trialSteps.filter(isShown),
    run
  };
}

/** Steps that use a tuned parameter, and all below them. */
function touchedSteps(graph: StepGraph, { parameters }: ExperimentSpec): Set<string> {
  const tuned = new Set(parameters.map(({ name }) => name));
  const first = graph.steps.filter(step => step.parameters.some(name => tuned.has(name)));
  return new Set(
    first.flatMap(({ name }) => [name, ...graph.descendants(name).map(step => step.name)])
  );
}

/** How long each step took when it was last executed, as the newest runs know it. */
function timesOf(
  stores: Stores,
  notebook: string,
  names: readonly string[]
): { run: string; times: Map<string, number> } | null {
  const times = new Map<string, number>();
  const states = new Map<string, RunState | null>();
  const stateOf = (run: string): RunState | null => {
    const known = states.get(run);
    if (known !== undefined) return known;
    const state = stores.runs.get(run) ? readState(stores, run) : null;
    states.set(run, state);
    return state;
  };
  let newest: string | null = null;
  for (const { id } of stores.runs.list({ notebook, phases: ['succeeded'], limit: LOOKED_AT })) {
    newest ??= id;
    for (const name of names) {
      if (times.has(name)) continue;
      const made = executedStep(stateOf(id), name, stateOf);
      if (made) times.set(name, made.finishedAt - made.startedAt);
    }
    if (names.every(name => times.has(name))) return { run: newest, times };
  }
  return null;
}

type Timed = StepState & { readonly startedAt: number; readonly finishedAt: number };

/**
 * A step of a run as it was executed: a reused one in the run that its result is from, since it took no time of its own. Of an
 * experiment's many trials none but the first may have executed what they share.
 */
function executedStep(
  state: RunState | null,
  name: string,
  stateOf: (run: string) => RunState | null
): Timed | null {
  const seen = new Set<RunState>();
  for (let at = state; at !== null && !seen.has(at);) {
    seen.add(at);
    const step = stepState(at, name);
    if (!step) return null;
    if (!step.cached) return isTimed(step) ? step : null;
    at = step.reusedFrom === null ? null : stateOf(step.reusedFrom);
  }
  return null;
}

function isTimed(step: StepState): step is Timed {
  return step.startedAt !== null && step.finishedAt !== null;
}

const isShown = (name: string): boolean => name !== METRICS_STEP;
