import type { ExperimentSpec } from '@chard/core/experiment';
import { METRICS_STEP, type Pipeline } from '@chard/core/pipeline';
import type { RunState, StepState } from '@chard/core/run';
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

/** How long each step took when it was last executed, by the newest run that has them all. */
function timesOf(
  stores: Stores,
  notebook: string,
  names: readonly string[]
): { run: string; times: Map<string, number> } | null {
  const times = new Map<string, number>();
  let newest: string | null = null;
  for (const { id } of stores.runs.list({ notebook, phases: ['succeeded'], limit: LOOKED_AT })) {
    newest ??= id;
    for (const step of executed(readState(stores, id))) {
      if (!times.has(step.name)) times.set(step.name, step.finishedAt - step.startedAt);
    }
    if (names.every(name => times.has(name))) return { run: newest, times };
  }
  return null;
}

type Timed = StepState & { readonly startedAt: number; readonly finishedAt: number };

/** A reused step took no time of its own. */
function executed({ steps }: RunState): Timed[] {
  return steps.filter(
    (step): step is Timed => !step.cached && step.startedAt !== null && step.finishedAt !== null
  );
}

const isShown = (name: string): boolean => name !== METRICS_STEP;
