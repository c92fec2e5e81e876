import { METRICS_STEP } from '@chard/core/pipeline/model';
import { ChardError } from '../../errors';
import type { RunOptions } from '../engine';
import type { StepGraph } from './graph';

/** What a run does with a step. */
export type Part =
  /** Executes it, or reuses a result where the run's options allow. */
  | 'run'
  /** Executes it whatever there is. */
  | 'force'
  /** Takes what an earlier run left. */
  | 'take'
  /** Nothing: nobody asked for it. */
  | 'omit';

/**
 * What `from` and `only` make of each step: `from` and all that depend on it run anew, whether or not what they get
 * has changed; what they take from others is taken from earlier; the rest is left out.
 * @throws ChardError `step-unknown`.
 */
export function selectParts(graph: StepGraph, { from, only }: RunOptions): Map<string, Part> {
  const chosen = only ?? from;
  if (chosen === null) return new Map(graph.steps.map(({ name }) => [name, 'run']));
  if (!graph.has(chosen) || chosen === METRICS_STEP) {
    const names = graph.steps.map(({ name }) => name).filter(name => name !== METRICS_STEP);
    throw new ChardError(
      'step-unknown',
      `The notebook has no step "${chosen}". Its steps: ${names.map(name => `"${name}"`).join(', ')}.`,
      { exitCode: 2 }
    );
  }
  const parts = new Map<string, Part>(graph.steps.map(({ name }) => [name, 'omit']));
  if (only === null) graph.descendants(chosen).forEach(({ name }) => parts.set(name, 'force'));
  parts.set(chosen, 'force');
  for (const [name, part] of [...parts]) {
    if (part !== 'force') continue;
    for (const ancestor of graph.ancestors(name)) {
      if (parts.get(ancestor.name) === 'omit') parts.set(ancestor.name, 'take');
    }
  }
  return parts;
}
