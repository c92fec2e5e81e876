import { hasErrors } from '@chard/core';
import type { RunnerOrigin } from '@chard/core/targets/kfp';
import { compileForKatib } from '../../notebooks/compileKatib';
import { loadExperiment } from '../../notebooks/experiment';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import { bindCommandLineParameters } from '../../notebooks/parameters';
import type { CommonOptions, Context, ExitCode } from '../context';
import { demandImage, writeCompiled, type CompiledText } from '../writeCompiled';
import { changeOf, refuseTuned, type ExperimentWords } from './experimentWords';

export interface KatibOptions extends CommonOptions, ExperimentWords {
  readonly output?: string;
  readonly parameter: readonly string[];
  readonly image?: string;
  readonly runner: RunnerOrigin;
}

/** Writes a notebook's experiment as a file that Katib takes. */
export async function tuneForKatib(
  reference: string,
  options: KatibOptions,
  context: Context
): Promise<ExitCode> {
  demandImage(options.image);
  const loaded = await loadNotebook(reference, context);
  const to = { ...options, nameless: 'experiment', suffix: '.katib.yaml' };
  return writeCompiled(experimentText(loaded, options), loaded, to, context);
}

/** The text to write, null where the notebook, its experiment or what Kubeflow needs has errors. */
function experimentText(
  loaded: LoadedNotebook,
  { image, runner, parameter, ...words }: KatibOptions
): CompiledText {
  const { pipeline, notebook, diagnostics } = loaded;
  if (pipeline === null || notebook === null || hasErrors(diagnostics)) {
    return { text: null, diagnostics };
  }
  const bound = bindCommandLineParameters(pipeline, parameter);
  // Whether the cluster has an experiment of this name, only the cluster knows; it says so itself.
  const surroundings = { engine: 'katib', takenNames: [] } as const;
  refuseTuned(loaded, parameter);
  const change = changeOf(loaded, words, []);
  const experiment = loadExperiment({ ...loaded, notebook }, bound, surroundings, change);
  const found = [...diagnostics, ...experiment.diagnostics];
  if (hasErrors(found)) return { text: null, diagnostics: found };
  const compiled = compileForKatib(bound, experiment.spec, loaded, {
    image: image ?? null,
    runner
  });
  return { text: compiled.text, diagnostics: [...found, ...compiled.diagnostics] };
}
