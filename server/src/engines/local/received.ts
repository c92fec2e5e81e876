import type { Pipeline } from '@chard/core/pipeline';
import { stepState, type RunState, type StoredValue } from '@chard/core/run';
import { StepGraph } from './graph';
import { Versions } from './versions';

/** Which step has which version, as the run's log says. */
export function replayVersions(graph: StepGraph, state: RunState): Versions {
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
