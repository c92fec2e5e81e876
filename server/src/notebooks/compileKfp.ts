import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '@chard/core';
import type { Pipeline } from '@chard/core/pipeline';
import {
  compileToKfp,
  StrictCheck,
  type CompileResult,
  type RunnerOrigin
} from '@chard/core/targets/kfp';
import { kfpDescriptors } from '../installation';
import type { LoadedNotebook } from './load';
import { packedRunner } from './packedRunner';

export interface KfpOptions {
  /** The image of steps that name none. */
  readonly image: string | null;
  readonly runner: RunnerOrigin;
  /** Whether there is a file of this absolute path that the caller may know of. */
  readonly isThere?: (path: string) => boolean;
}

/**
 * Compiles a notebook's pipeline for Kubeflow Pipelines v2.
 *
 * @param pipeline the notebook's, parameters bound.
 * @returns the text to write, null where something is wrong; what is wrong with it on Kubeflow, and only that.
 */
export function compileForKfp(
  pipeline: Pipeline,
  loaded: LoadedNotebook,
  options: KfpOptions
): { text: string | null; diagnostics: Diagnostic[] } {
  const { compiled, diagnostics } = compileLoaded(pipeline, loaded, options, false);
  return { text: compiled?.text ?? null, diagnostics };
}

/** As `compileForKfp`, for those who follow a run by what its pods report: steps that report always run. */
export function compileToFollow(
  pipeline: Pipeline,
  loaded: LoadedNotebook,
  options: KfpOptions
): CompileResult {
  return compileLoaded(pipeline, loaded, options, true);
}

function compileLoaded(
  pipeline: Pipeline,
  { path, bytes, making }: LoadedNotebook,
  { image, runner, isThere = existsSync }: KfpOptions,
  freshReports: boolean
): CompileResult {
  if (making === null) return { compiled: null, diagnostics: [] };
  const folder = bytes === null ? null : dirname(path);
  return compileToKfp({
    ...making,
    pipeline,
    notebook: bytes === null ? 'notebook.ipynb' : basename(path),
    folder,
    isBesideNotebook: file => folder !== null && isThere(join(folder, file)),
    runner,
    packedRunner: runner === 'artifact' ? packedRunner() : '',
    image,
    strict: new StrictCheck(readFileSync(kfpDescriptors())),
    version: __VERSION__,
    freshReports
  });
}
