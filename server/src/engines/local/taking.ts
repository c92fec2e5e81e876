import type { Step } from '@chard/core/pipeline';
import type { RunnerValue } from '@chard/core/protocol';
import { fold, initialRunState, stepState, type RunState, type StoredValue } from '@chard/core/run';
import { ChardError } from '../../errors';
import type { RunStore, ValueStore } from '../../stores';
import type { StepGraph } from './graph';
import type { Reuse } from './reuse';
import type { Part } from './selection';
import { storedValues, Versions, type Received } from './versions';

/** What a run takes of a step instead of executing it. */
export interface Taken {
  readonly values: readonly RunnerValue[];
  /** The run whose log holds the step's outputs. */
  readonly run: string | null;
  readonly why: string;
  /** Of the workspace, to put back what the step wrote; null where nothing is known. */
  readonly files: unknown;
}

export type Taking = Taken | { readonly missing: string };

/** Takes steps from a run that somebody named. */
export class BaseRun {
  private readonly state: RunState;
  private readonly files: ReadonlyMap<string, unknown>;

  /** @throws ChardError `run-unknown`. */
  constructor(
    runs: RunStore,
    private readonly store: ValueStore,
    readonly id: string
  ) {
    this.state = fold(initialRunState, runs.read(id));
    this.files = runs.stepFiles(id);
  }

  take(step: Step): Taking {
    const found = stepState(this.state, step.name);
    if (found === undefined) return { missing: `the run ${this.id} has no such step` };
    if (found.phase !== 'succeeded') {
      return { missing: `it is ${found.phase} in the run ${this.id}` };
    }
    const lost = found.values.find(({ group }) => group !== null && !this.store.has(group));
    if (lost !== undefined) {
      return { missing: `the stored value of "${lost.name}" is gone from the run ${this.id}` };
    }
    return {
      values: found.values.map(value => asReported(step.name, value)),
      run: this.id,
      why: `taken from the run ${this.id}`,
      files: this.files.get(step.name) ?? null
    };
  }
}

/** Takes the latest result of a step that still holds. */
export async function takeLatest(
  reuse: Reuse,
  runOf: (key: string) => string | undefined,
  step: Step,
  received: Received
): Promise<Taking> {
  const decision = await reuse.find(step, await reuse.parts(step, received));
  if (!decision.reuse) return { missing: decision.why };
  const { result } = decision;
  const run = runOf(result.key) ?? null;
  return {
    values: result.values,
    run,
    why: run === null ? 'taken from an earlier result' : `taken from the run ${run}`,
    files: result.files
  };
}

/**
 * Checks before a run is made that all it would take is there.
 * @throws ChardError `missing-results`, naming each step that is not, and why.
 */
export async function checkTaken(
  graph: StepGraph,
  parts: ReadonlyMap<string, Part>,
  take: (step: Step, received: Received) => Promise<Taking>
): Promise<void> {
  const versions = new Versions(graph);
  const missing: string[] = [];
  for (const step of graph.steps.filter(({ name }) => parts.get(name) === 'take')) {
    if (!graph.parents(step.name).every(parent => versions.hasFinished(parent))) {
      missing.push(`"${step.name}": a step above it is missing`);
      continue;
    }
    const received = versions.receive(step.name);
    const taking = await take(step, received);
    if ('missing' in taking) missing.push(`"${step.name}": ${taking.missing}`);
    else versions.finish(step.name, received, storedValues(step.name, received, taking.values));
  }
  if (missing.length > 0) {
    throw new ChardError(
      'missing-results',
      `There is no result to take for ${missing.join('; ')}. Run the whole notebook first, ` +
        'or take from a run that has them.'
    );
  }
}

function asReported(step: string, { origin, ...value }: StoredValue): RunnerValue {
  return { ...value, unchanged: origin !== step };
}
