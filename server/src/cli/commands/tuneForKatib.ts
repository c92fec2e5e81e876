import { basename, extname, resolve } from 'node:path';
import type { Diagnostic } from '@chard/core';
import type { ExperimentSpec } from '@chard/core/experiment';
import { isImage, type RunnerOrigin } from '@chard/core/targets/kfp';
import { ChardError } from '../../errors';
import { writeWhole } from '../../files/atomicWrite';
import { compileForKatib } from '../../notebooks/compileKatib';
import { loadExperiment } from '../../notebooks/experiment';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import { bindCommandLineParameters } from '../../notebooks/parameters';
import { printJson, type CommonOptions, type Context, type ExitCode } from '../context';
import { diagnosticsJson, formatDiagnostics, notebookFailure } from '../diagnostics';

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
  const { terminal } = context;
  if (options.image !== undefined && !isImage(options.image)) {
    throw new ChardError(
      'usage',
      `"${options.image}" is no image: its form is [registry/]name[:tag], without blanks.`,
      { exitCode: 2 }
    );
  }
  const loaded = await loadNotebook(reference, context);
  const { text, diagnostics } = experimentText(loaded, options);
  if (text === null) {
    if (options.json) {
      printJson(terminal, notebookFailure(diagnostics, loaded, 'nothing was written'));
    } else {
      terminal.err(formatDiagnostics(diagnostics, loaded.source, terminal.paint.err));
    }
    return 1;
  }
  const file = resolve(options.output ?? defaultOutput(loaded));
  writeWhole(file, text);
  if (options.json) {
    printJson(terminal, { files: [file], diagnostics: diagnosticsJson(diagnostics, loaded) });
    return 0;
  }
  if (diagnostics.length > 0) {
    terminal.err(`${formatDiagnostics(diagnostics, loaded.source, terminal.paint.err)}\n`);
  }
  terminal.out(`${file}\n`);
  return 0;
}

/** The text to write, null where the notebook, its experiment or what Kubeflow needs has errors. */
function experimentText(
  loaded: LoadedNotebook,
  { image, runner, parameter }: KatibOptions
): { text: string | null; diagnostics: Diagnostic[] } {
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

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

function defaultOutput({ path, bytes }: LoadedNotebook): string {
  return bytes === null ? 'experiment.katib.yaml' : `${basename(path, extname(path))}.katib.yaml`;
}
