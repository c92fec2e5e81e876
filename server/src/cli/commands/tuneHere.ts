import { basename, extname } from 'node:path';
import { freeName, readExperiment, type ExperimentSpec } from '@chard/core/experiment';
import { parseParameterValues, type ParameterValues } from '@chard/core/pipeline';
import { ChardError } from '../../errors';
import { freezing } from '../../experiments/freeze';
import { prepareExperiment, takenNames } from '../../experiments/prepare';
import type { PythonProcess } from '../../experiments/suggester/pythonProcess';
import { checkForRun } from '../../notebooks/check';
import { bindCommandLineParameters } from '../../notebooks/parameters';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import { describeSnapshot } from '../../runs/runSnapshot';
import type { CommonOptions, Context, ExitCode } from '../context';
import { tellBeforeRun } from '../tellBeforeRun';
import { watchExperiment, type WatchOptions } from '../watchExperiment';
import { withExperiments } from '../withExperiments';

export interface HereOptions extends CommonOptions, WatchOptions {
  readonly trials?: number;
  readonly parallel?: number;
  readonly algorithm?: string;
  readonly seed?: number;
  readonly name?: string;
  /** Undefined: as the notebook says, and with a snapshot where it does not. */
  readonly snapshot?: boolean;
  readonly parameter: readonly string[];
}

/** Runs a notebook's experiment on this machine. */
export async function tuneHere(
  reference: string,
  options: HereOptions,
  context: Context,
  started: PythonProcess
): Promise<ExitCode> {
  const { terminal } = context;
  const { bytes, ...rest } = await loadNotebook(reference, context);
  if (bytes === null) {
    throw new ChardError('usage', 'Tuning needs a notebook file: its steps start in its folder.', {
      exitCode: 2
    });
  }
  const loaded = { ...rest, bytes };
  // Asks Python while the stores are opened.
  const checking = checkForRun(loaded, context);
  // Where they cannot be opened, nobody waits for it.
  checking.catch(() => undefined);
  return withExperiments(
    context,
    async ({ stores, engine, experiments, snapshots }) => {
      const freeze = freezing({
        snapshots,
        isAllowed: () => true,
        isWanted: options.snapshot,
        signal: context.interrupted,
        onTaken: snapshot => {
          if (options.json) return;
          terminal.err(`Snapshot ${snapshot.id}: ${describeSnapshot(snapshot)}\n`);
        }
      });
      const surroundings = { host: context, stores, engine, freeze };
      const change = changeOf(loaded, options, takenNames(stores, loaded.path));
      const fixed = fixedValues(loaded, options.parameter);
      const prepared = await prepareExperiment(loaded, checking, change, fixed, surroundings);
      const { request, diagnostics } = prepared;
      tellBeforeRun(diagnostics, loaded, request !== null, options.json, terminal);
      if (request === null) return 1;
      const begin = () => experiments.start(request);
      return watchExperiment({ stores, experiments, after: 0 }, begin, options, context);
    },
    started
  );
}

/** What the command line says of the experiment. */
function changeOf(
  { notebook, path, pipeline }: LoadedNotebook,
  { trials, parallel, algorithm, seed, name }: HereOptions,
  taken: readonly string[]
): Partial<ExperimentSpec> {
  if (notebook === null || pipeline === null) return {};
  const { spec } = readExperiment(notebook, basename(path, extname(path)));
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

/** Values of parameters that are not tuned. @throws ChardError as `bindCommandLineParameters`. */
function fixedValues({ pipeline }: LoadedNotebook, words: readonly string[]): ParameterValues {
  if (pipeline === null) return {};
  bindCommandLineParameters(pipeline, words);
  return parseParameterValues(pipeline, words).values;
}
