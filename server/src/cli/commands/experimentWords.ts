import { basename, extname } from 'node:path';
import { freeName, readExperiment, type ExperimentSpec } from '@chard/core/experiment';
import { ChardError } from '../../errors';
import type { LoadedNotebook } from '../../notebooks/load';

/** What a command line can say of an experiment, instead of the notebook. */
export interface ExperimentWords {
  readonly trials?: number;
  readonly parallel?: number;
  readonly algorithm?: string;
  readonly seed?: number;
  readonly name?: string;
}

/**
 * Fields of the experiment that hold instead of those in the notebook.
 * @param taken names that others have: where the command line says none, a free one is taken.
 */
export function changeOf(
  loaded: LoadedNotebook,
  { trials, parallel, algorithm, seed, name }: ExperimentWords,
  taken: readonly string[]
): Partial<ExperimentSpec> {
  const spec = specOf(loaded);
  if (spec === null) return {};
  // Who says a number of trials means the notebook's other counts as far as they go.
  const most = trials ?? Infinity;
  return {
    // The notebook's own name is for its first experiment; a person who says one means it.
    name: name ?? (spec.name === '' ? '' : freeName(spec.name, taken)),
    maxTrialCount: trials ?? spec.maxTrialCount,
    parallelTrialCount: parallel ?? Math.min(spec.parallelTrialCount, most),
    maxFailedTrialCount: Math.min(spec.maxFailedTrialCount, most),
    ...(algorithm !== undefined &&
      algorithm !== spec.algorithm.name && { algorithm: { name: algorithm, settings: {} } }),
    ...(seed !== undefined && { seed })
  };
}

/** A parameter cannot have one value and be searched at once. @param words of the form name=value. @throws ChardError `usage` */
export function refuseTuned(loaded: LoadedNotebook, words: readonly string[]): void {
  const given = words.map(word => word.slice(0, word.indexOf('=')).trim());
  const tuned = specOf(loaded)?.parameters.find(({ name }) => given.includes(name));
  if (tuned !== undefined) {
    throw new ChardError(
      'usage',
      `The parameter "${tuned.name}" is tuned, so it cannot be given a value. Take it out of the experiment, or leave out -p.`,
      { exitCode: 2 }
    );
  }
}

function specOf({ notebook, path, pipeline }: LoadedNotebook): ExperimentSpec | null {
  if (notebook === null || pipeline === null) return null;
  const name = path === '-' ? pipeline.name : basename(path, extname(path));
  return readExperiment(notebook, name).spec;
}
