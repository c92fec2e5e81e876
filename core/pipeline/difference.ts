import type { Pipeline, Step } from './model';

/** How a pipeline differs from what it was: names, in notebook order. Two pipelines without differences run the same. */
export interface PipelineDifference {
  /** Steps whose code, order or settings are others; `METRICS_STEP` for the metrics cells. */
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Parameters that are new, gone, or have another type or default. */
  readonly parameters: readonly string[];
}

/** Compares what one notebook made earlier with what it makes now. */
export function comparePipelines(before: Pipeline, now: Pipeline): PipelineDifference {
  const old = new Map(allSteps(before).map(step => [step.name, step]));
  const fresh = new Map(allSteps(now).map(step => [step.name, step]));
  const parameters = new Map(before.parameters.map(each => [each.name, meaningOf(each)]));
  const current = new Map(now.parameters.map(each => [each.name, meaningOf(each)]));
  return {
    changed: [...fresh.values()].flatMap(step => {
      const earlier = old.get(step.name);
      return earlier !== undefined && !runsTheSame(earlier, step) ? [step.name] : [];
    }),
    added: [...fresh.keys()].filter(name => !old.has(name)),
    removed: [...old.keys()].filter(name => !fresh.has(name)),
    parameters: [...new Set([...current.keys(), ...parameters.keys()])].filter(
      name => parameters.get(name) !== current.get(name)
    )
  };
}

/** Whether there is any difference. */
export function isDifferent({ changed, added, removed, parameters }: PipelineDifference): boolean {
  return changed.length + added.length + removed.length + parameters.length > 0;
}

function allSteps({ steps, metricsStep }: Pipeline): Step[] {
  return metricsStep === null ? steps : [...steps, metricsStep];
}

function runsTheSame(one: Step, other: Step): boolean {
  const order = ({ after }: Step) => after.map(({ step }) => step).join('\n');
  return one.fingerprint === other.fingerprint && order(one) === order(other);
}

function meaningOf({ type, default: value }: Pipeline['parameters'][number]): string {
  return JSON.stringify([type, value]);
}
