import type { Pipeline, Step } from '@chard/core/pipeline';

/** Asked for every step at every change of a run. */
const stepsByName = new WeakMap<Pipeline, ReadonlyMap<string, Step>>();

/** The step called `name`, the metrics' one included. */
export function findStep(pipeline: Pipeline, name: string): Step | null {
  let steps = stepsByName.get(pipeline);
  if (!steps) {
    const { steps: own, metricsStep } = pipeline;
    steps = new Map([...own, ...(metricsStep ? [metricsStep] : [])].map(step => [step.name, step]));
    stepsByName.set(pipeline, steps);
  }
  return steps.get(name) ?? null;
}

/**
 * Whether a step is another one than the one that ran, modules beside the notebook included. Until those are known
 * (`knowsModules`), only what stands in the notebook is compared of a step that imports some.
 */
export function isChanged(
  ran: Pipeline,
  now: Pipeline,
  name: string,
  knowsModules: boolean
): boolean {
  const before = findStep(ran, name);
  const after = findStep(now, name);
  if (!before || !after) return false;
  if (knowsModules || (before.modules.length === 0 && after.modules.length === 0)) {
    return before.fingerprint !== after.fingerprint;
  }
  return sourceOf(ran, before) !== sourceOf(now, after);
}

/** All that a step runs as it is written, but for the values of the parameters. */
function sourceOf({ prologue }: Pipeline, { code, imports }: Step): string {
  const shared = prologue.filter(({ kind }) => kind !== 'parameters');
  const cells = [...shared, ...code].map(({ source }) => source.trimEnd());
  return JSON.stringify([cells, imports.map(({ statement }) => statement)]);
}
