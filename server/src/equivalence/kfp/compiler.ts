import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '@chard/core';
import type { LocalModules, Pipeline } from '@chard/core/pipeline';
import type { Analyser } from '@chard/core/python/dataflow';
import { compileToKfp, packRunner, StrictCheck, type CompileInput } from '@chard/core/targets/kfp';
import { runnerFiles } from '../../notebooks/runnerFiles';

const ROOT = join(__dirname, '../../../..');
const strict = new StrictCheck(
  readFileSync(join(ROOT, 'core/targets/kfp/descriptors/kfp-2.17.fds.bin'))
);
const packedRunner = packRunner(runnerFiles(join(ROOT, 'runner')));

/** Compiles as the command does, with the runner of this checkout. */
export function compile(
  pipeline: Pipeline,
  analyser: Analyser,
  options: Partial<CompileInput> = {}
): { text: string | null; diagnostics: Diagnostic[] } {
  const modules: LocalModules = new Map();
  const { compiled, diagnostics } = compileToKfp({
    pipeline,
    analyser,
    modules,
    notebook: 'notebook.ipynb',
    folder: null,
    isBesideNotebook: () => false,
    runner: 'artifact',
    packedRunner,
    image: 'python:3.11',
    strict,
    version: __VERSION__,
    ...options
  });
  return { text: compiled?.text ?? null, diagnostics };
}
