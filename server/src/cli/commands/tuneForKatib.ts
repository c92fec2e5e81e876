import { hasErrors } from '@chard/core';
import type { ExperimentSpec } from '@chard/core/experiment';
import type { RunnerOrigin } from '@chard/core/targets/kfp';
import { ChardError } from '../../errors';
import { compileForKatib } from '../../notebooks/compileKatib';
import { loadExperiment } from '../../notebooks/experiment';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import { bindCommandLineParameters } from '../../notebooks/parameters';
import type { CommonOptions, Context, ExitCode } from '../context';
import { demandImage, writeCompiled, type CompiledText } from '../writeCompiled';

export interface KatibOptions extends CommonOptions {
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
  { image, runner, parameter }: KatibOptions
): CompiledText {
  const { pipeline, notebook, diagnostics } = loaded;
  if (pipeline === null || notebook === null || hasErrors(diagnostics)) {
    return { text: null, diagnostics };
  }
  const bound = bindCommandLineParameters(pipeline, parameter);
  // Whether the cluster has an experiment of this name, only the cluster knows; it says so itself.
  const surroundings = { engine: 'katib', takenNames: [] } as const;
  const experiment = loadExperiment({ ...loaded, notebook }, bound, surroundings);
  refuseTuned(experiment.spec, parameter);
  const found = [...diagnostics, ...experiment.diagnostics];
  if (hasErrors(found)) return { text: null, diagnostics: found };
  const compiled = compileForKatib(bound, experiment.spec, loaded, {
    image: image ?? null,
    runner
  });
  return { text: compiled.text, diagnostics: [...found, ...compiled.diagnostics] };
}

/** A parameter cannot have one value and be searched at once. */
function refuseTuned({ parameters }: ExperimentSpec, words: readonly string[]): void {
  const given = words.map(word => word.slice(0, word.indexOf('=')).trim());
  const tuned = parameters.find(({ name }) => given.includes(name));
  if (tuned !== undefined) {
    throw new ChardError(
      'usage',
      `The parameter "${tuned.name}" is tuned, so it cannot be given a value. Take it out of the experiment, or leave out -p.`,
      { exitCode: 2 }
    );
  }
}
