import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Diagnostic } from '@chard/core';
import type { ExperimentSpec } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import { compileToKatib } from '@chard/core/targets/katib';
import { trialScript } from '../installation';
import { compileToFollow, type KfpOptions } from './compileKfp';
import type { LoadedNotebook } from './load';

/**
 * Writes a notebook's experiment for Katib, whose trials are runs of the compiled pipeline.
 *
 * @param pipeline the notebook's, parameters bound.
 * @param spec an experiment in which nothing is wrong for Katib.
 * @returns the text to write, null where something is wrong; what is wrong with the pipeline on Kubeflow, and only that.
 */
export function compileForKatib(
  pipeline: Pipeline,
  spec: ExperimentSpec,
  loaded: LoadedNotebook,
  options: KfpOptions
): { text: string | null; diagnostics: Diagnostic[] } {
  const { compiled, diagnostics } = compileToFollow(pipeline, loaded, options);
  if (compiled === null) return { text: null, diagnostics };
  const katib = compileToKatib({
    spec,
    pipeline,
    compiled,
    trialScript: readFileSync(trialScript(), 'utf8'),
    notebook: loaded.bytes === null ? 'notebook.ipynb' : basename(loaded.path),
    image: options.image,
    version: __VERSION__
  });
  return { text: katib.text, diagnostics: [...diagnostics, ...katib.diagnostics] };
}
