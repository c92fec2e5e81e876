import type { Pipeline, Step } from '@chard/core/pipeline';
import type { StepSpec } from '@chard/core/protocol';
import { stepState, type RunState, type StoredValue } from '@chard/core/run';
import { ChardError } from '../../errors';
import type { Stores, ValueStore } from '../../stores';
import { StepGraph } from './graph';
import { liveFolder, stepSpec } from './spec';
import { Versions } from './versions';

/** Which step has which version, as the run's log says. */
function replayVersions(graph: StepGraph, state: RunState): Versions {
  const versions = new Versions(graph);
  for (const { name } of graph.steps) {
    const found = stepState(state, name);
    if (found?.phase === 'succeeded') versions.finish(name, versions.receive(name), found.values);
  }
  return versions;
}

/** What a step of a run gets of what the steps above it have left by now. */
export function receivedValues(pipeline: Pipeline, state: RunState, step: string): StoredValue[] {
  const graph = new StepGraph(pipeline);
  return [...replayVersions(graph, state).receive(step).values.values()];
}

/** @throws ChardError `step-unknown`. */
export function requireStep(graph: StepGraph, run: string, name: string): Step {
  if (!graph.has(name)) {
    throw new ChardError('step-unknown', `The run ${run} has no step "${name}".`, { exitCode: 2 });
  }
  return graph.step(name);
}

/**
 * What a step left, or with `before` what it got: all of it, and what of it is stored.
 * @throws ChardError `step-unfinished`, `value-missing`.
 */
export function stepValues(
  store: ValueStore,
  graph: StepGraph,
  state: RunState,
  { run, step: name, before }: { run: string; step: string; before: boolean }
): { wanted: ReadonlyMap<string, StoredValue>; values: ReadonlyMap<string, StoredValue> } {
  const versions = replayVersions(graph, state);
  const isThere = before
    ? graph.parents(name).every(parent => versions.hasFinished(parent))
    : versions.hasFinished(name);
  if (!isThere) {
    const phase = stepState(state, name)?.phase ?? 'pending';
    throw new ChardError(
      'step-unfinished',
      before
        ? `Not all steps that "${name}" depends on have succeeded in the run ${run}.`
        : `The step "${name}" is ${phase} in the run ${run}; only what a step that succeeded left can be looked at. ` +
            'With --before you get what it got.'
    );
  }
  const wanted = before ? versions.receive(name).values : versions.leftBy(name);
  const values = new Map([...wanted].filter(([, { group }]) => group !== null));
  for (const { name: value, group, origin } of values.values()) {
    if (group !== null && !store.has(group)) {
      throw new ChardError(
        'value-missing',
        `The stored value of "${value}" from "${origin}" is gone. Run "${origin}" again.`
      );
    }
  }
  return { wanted, values };
}

/**
 * What a person's own kernel is told to become what a step's process was before its first cell.
 * @throws ChardError `step-unknown`, `step-unfinished`, `value-missing`.
 */
export function kernelSpec(
  stores: Stores,
  pipeline: Pipeline,
  state: RunState,
  name: string
): { spec: StepSpec; step: Step; missing: StoredValue[] } {
  const graph = new StepGraph(pipeline);
  const run = state.id;
  const step = requireStep(graph, run, name);
  const { wanted, values } = stepValues(stores.values, graph, state, {
    run,
    step: name,
    before: true
  });
  const { path: notebook } = state.notebook;
  // Secrets are not for a kernel that anybody may look into: the person sets them, or does without.
  const place = liveFolder(notebook);
  const store = stores.values.folder;
  const context = { run, pipeline, graph, notebook, place, store, secrets: {} };
  return {
    spec: stepSpec(context, step, 1, values),
    step,
    missing: [...wanted.values()].filter(
      value => value.group === null && !value.name.startsWith('@')
    )
  };
}
