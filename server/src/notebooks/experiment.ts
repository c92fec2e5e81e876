import { basename, extname } from 'node:path';
import {
  besidesUnread,
  checkExperiment,
  experimentDiagnostics,
  readExperiment,
  withParameterTypes,
  type ExperimentDiagnostic,
  type ExperimentSpec,
  type ExperimentSurroundings
} from '@chard/core/experiment';
import type { Notebook } from '@chard/core/notebook';
import type { Pipeline } from '@chard/core/pipeline';
import type { LoadedNotebook } from './load';

/** The experiment that a notebook describes. */
export interface LoadedExperiment {
  readonly spec: ExperimentSpec;
  /** Of the metadata's form, then of what it says; with an error among them it cannot start. */
  readonly diagnostics: ExperimentDiagnostic[];
}

export type Surroundings = Pick<ExperimentSurroundings, 'engine' | 'takenNames' | 'seenMetrics'>;

/**
 * Reads and checks the experiment of a notebook.
 *
 * @param pipeline the notebook's, whose parameters it tunes.
 * @param change fields that hold instead of those of the notebook.
 */
export function loadExperiment(
  { path, notebook, making }: LoadedNotebook & { readonly notebook: Notebook },
  pipeline: Pipeline,
  surroundings: Surroundings,
  change: Partial<ExperimentSpec> = {}
): LoadedExperiment {
  const name = path === '-' ? pipeline.name : basename(path, extname(path));
  const read = readExperiment(notebook, name);
  const spec = withParameterTypes({ ...read.spec, ...change }, pipeline);
  const problems = checkExperiment(spec, {
    ...surroundings,
    pipeline,
    modules: [...(making?.modules.values() ?? [])].map(({ source }) => source)
  });
  return {
    spec,
    diagnostics: [
      ...read.diagnostics,
      ...experimentDiagnostics(notebook, besidesUnread(problems, read))
    ]
  };
}
