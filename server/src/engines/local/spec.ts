import { basename, dirname } from 'node:path';
import type { Pipeline, Step } from '@chard/core/pipeline';
import { RUNNER_PROTOCOL, type GroupReference, type StepSpec } from '@chard/core/protocol';
import type { StoredValue } from '@chard/core/run';
import type { StepGraph } from './graph';
import type { StepPlace } from './workspace';

/** What a step may leave beyond what others need, together. */
const KEEP_BYTES = 256 * 1024 * 1024;
/** Standard output and standard error each. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** The notebook's folder itself. @param notebook absolute path */
export function liveFolder(notebook: string): StepPlace {
  return { directory: dirname(notebook), overlays: [], mounts: [] };
}

export interface SpecContext {
  readonly run: string;
  readonly pipeline: Pipeline;
  readonly graph: StepGraph;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly place: StepPlace;
  /** Absolute path of the folder of stored values. */
  readonly store: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What the runner is told to execute a step of a run. */
export function stepSpec(
  context: SpecContext,
  step: Step,
  attempt: number,
  received: ReadonlyMap<string, StoredValue>
): StepSpec {
  const { required, optional } = namesToKeep(context.graph, step, received);
  return {
    ...baseSpec(context, step, attempt, received),
    cells: step.code,
    metrics: step === context.pipeline.metricsStep ? context.pipeline.metrics : [],
    outputs: required,
    leaves: optional,
    keepBytes: KEEP_BYTES
  };
}

/** What the runner is told to execute `code` on a step's values and keep nothing. */
export function execSpec(
  context: SpecContext,
  step: Step,
  values: ReadonlyMap<string, StoredValue>,
  code: string
): StepSpec {
  return {
    ...baseSpec(context, step, 1, values),
    cells: [{ cell: execCell(context.pipeline), source: code }],
    metrics: [],
    outputs: [],
    leaves: [],
    keepBytes: 0
  };
}

/** The number that code has which is in no cell: behind the last one. */
export function execCell({ prologue, steps, metricsStep }: Pipeline): number {
  const ofSteps = [...steps, ...(metricsStep === null ? [] : [metricsStep])];
  const cells = [...prologue.map(({ cell }) => cell), ...ofSteps.flatMap(step => step.cells)];
  return cells.reduce((last, cell) => Math.max(last, cell), -1) + 1;
}

function baseSpec(
  { run, pipeline, notebook, place, store, secrets }: SpecContext,
  step: Step,
  attempt: number,
  values: ReadonlyMap<string, StoredValue>
): Omit<StepSpec, 'cells' | 'metrics' | 'outputs' | 'leaves' | 'keepBytes'> {
  const secretNames = step.settings.secrets.map(({ env }) => env);
  const secretValues = Object.entries(secrets).filter(([name]) => secretNames.includes(name));
  return {
    protocol: RUNNER_PROTOCOL,
    run,
    step: step.name,
    attempt,
    notebook: basename(notebook),
    directory: place.directory,
    overlays: [...place.overlays],
    mounts: [...place.mounts],
    prologue: pipeline.prologue,
    imports: step.imports,
    inputs: groupReferences(values),
    store,
    environment: { ...step.settings.environment, ...Object.fromEntries(secretValues) },
    secretNames,
    outputLimitBytes: OUTPUT_LIMIT_BYTES
  };
}

/** Names that share a group are read together, so that what they share stays shared. */
function groupReferences(values: ReadonlyMap<string, StoredValue>): GroupReference[] {
  const groups = new Map<string, string[]>();
  for (const [name, { group }] of values) {
    if (group === null) continue;
    const names = groups.get(group) ?? [];
    groups.set(group, names);
    names.push(name);
  }
  return [...groups].map(([group, names]) => ({ group, names }));
}

/**
 * What came along with an input (it shares an object with it) may have changed with it: where a step below takes it,
 * it must be kept.
 */
function namesToKeep(
  graph: StepGraph,
  step: Step,
  received: ReadonlyMap<string, StoredValue>
): { required: string[]; optional: string[] } {
  const foreseen = new Set([...step.outputs, ...step.leaves]);
  const inputs = new Set(step.inputs.map(({ name }) => name));
  const along = [...received.keys()].filter(
    name => !foreseen.has(name) && !inputs.has(name) && !name.startsWith('@')
  );
  const neededBelow = new Set(
    along.length === 0
      ? []
      : graph.descendants(step.name).flatMap(below => below.inputs.map(({ name }) => name))
  );
  return {
    required: [...step.outputs, ...along.filter(name => neededBelow.has(name))],
    optional: [
      ...step.leaves.filter(name => !step.outputs.includes(name)),
      ...along.filter(name => !neededBelow.has(name))
    ]
  };
}
