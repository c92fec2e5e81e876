import { freeName } from '@chard/core/experiment';
import { parseParameterValues, type ParameterValues } from '@chard/core/pipeline';
import { ChardError } from '../../errors';
import type {
  ExperimentEngine,
  ExperimentHandle,
  ExperimentRequest
} from '../../experiments/experimentEngine';
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
import { changeOf, refuseTuned, type ExperimentWords } from './experimentWords';

export interface HereOptions extends CommonOptions, WatchOptions, ExperimentWords {
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
      const change = (taken: readonly string[]) => changeOf(loaded, options, taken);
      const fixed = fixedValues(loaded, options.parameter);
      const prepared = await prepareExperiment(loaded, checking, change, fixed, surroundings);
      const { request, diagnostics } = prepared;
      tellBeforeRun(diagnostics, loaded, request !== null, options, terminal);
      if (request === null) return 1;
      const taken = options.name === undefined ? () => takenNames(stores, loaded.path) : null;
      const begin = () => start(experiments, request, taken);
      return watchExperiment({ stores, experiments, after: 0 }, begin, options, context);
    },
    started
  );
}

/** Starts an experiment. Where another one has got its name since it was chosen, a free one of `taken` is chosen again. */
async function start(
  experiments: ExperimentEngine,
  request: ExperimentRequest,
  taken: (() => readonly string[]) | null
): Promise<ExperimentHandle> {
  try {
    return await experiments.start(request);
  } catch (error) {
    const isTaken = error instanceof ChardError && error.code === 'experiment-name-taken';
    if (!isTaken || taken === null) throw error;
    const name = freeName(request.spec.name, taken());
    return start(experiments, { ...request, spec: { ...request.spec, name } }, taken);
  }
}

/** Values of parameters that are not tuned. @throws ChardError `usage`; as `bindCommandLineParameters`. */
function fixedValues(loaded: LoadedNotebook, words: readonly string[]): ParameterValues {
  const { pipeline } = loaded;
  if (pipeline === null) return {};
  refuseTuned(loaded, words);
  bindCommandLineParameters(pipeline, words);
  return parseParameterValues(pipeline, words).values;
}
