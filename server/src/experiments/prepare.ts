import {
  checkPackages,
  experimentDiagnostics,
  neededPackages,
  type ExperimentSpec
} from '@chard/core/experiment';
import { hasErrors, type Diagnostic } from '@chard/core';
import type { ParameterValues } from '@chard/core/pipeline';
import type { Engine } from '../engines/engine';
import { ChardError } from '../errors';
import type { Host } from '../host';
import type { CheckedNotebook } from '../notebooks/check';
import { loadExperiment } from '../notebooks/experiment';
import type { LoadedNotebook } from '../notebooks/load';
import { bindParameterValues } from '../notebooks/parameters';
import { executionContext, interpreterProcess } from '../runs/execution';
import type { Stores } from '../stores';
import type { ExperimentRequest } from './experimentEngine';
import type { Freeze } from './freeze';
import { missingPackages } from './suggester/packages';

/** What an experiment on a notebook needs, or null with all that is wrong with the notebook or the experiment. */
export interface PreparedExperiment {
  readonly diagnostics: Diagnostic[];
  readonly request: ExperimentRequest | null;
}

interface Surroundings {
  readonly host: Host;
  readonly stores: Stores;
  /** Runs the trials. */
  readonly engine: Engine;
  /** Takes what all trials work on, once nothing is wrong any more. */
  readonly freeze: Freeze;
}

/** Runs of the notebook that are looked at for metrics whose names its code does not spell out. */
const LOOKED_AT = 20;

/**
 * Checks an experiment on a notebook before anything starts.
 * @param checking what `checkForRun` says of the notebook, which it asks Python for.
 * @param change gives the fields of the experiment that hold instead of those in the notebook, where others have these names.
 * @param fixed values of parameters that are not tuned.
 * @throws ChardError `unknown-parameter`, `wrong-parameter-type`, and those of a missing kernel.
 */
export async function prepareExperiment(
  { notebook: parsed, bytes, ...rest }: LoadedNotebook & { readonly bytes: Uint8Array },
  checking: Promise<CheckedNotebook>,
  change: (takenNames: readonly string[]) => Partial<ExperimentSpec>,
  fixed: ParameterValues,
  { host, stores, engine, freeze }: Surroundings
): Promise<PreparedExperiment> {
  prepareTrials(rest, engine, host);
  const { diagnostics, runnable } = await checking;
  if (parsed === null || runnable === null) return { diagnostics, request: null };
  const loaded = { notebook: parsed, bytes, ...rest };
  const pipeline = bindParameterValues(runnable, fixed);
  const taken = takenNames(stores, loaded.path);
  const surroundings = {
    engine: 'local',
    takenNames: taken,
    seenMetrics: seenMetrics(stores, loaded.path)
  } as const;
  const { spec, diagnostics: said } = loadExperiment(loaded, pipeline, surroundings, change(taken));
  const missing = await missingPackages(host, hasErrors(said) ? [] : neededPackages(spec));
  const found = [
    ...diagnostics,
    ...said,
    ...experimentDiagnostics(parsed, checkPackages(spec, missing))
  ];
  if (hasErrors(found)) {
    return { diagnostics: found, request: null };
  }
  const context = await executionContext(pipeline.kernel, host);
  const notebook = { path: loaded.path, bytes };
  const snapshot = await freeze({ notebook: loaded.path, pipeline, context });
  return { diagnostics: found, request: { spec, fixed, pipeline, notebook, context, snapshot } };
}

/** What the trials wait for is begun while the rest is still being checked: a notebook that has come so far is hardly ever refused. */
function prepareTrials(
  { pipeline, diagnostics }: Pick<LoadedNotebook, 'pipeline' | 'diagnostics'>,
  engine: Engine,
  host: Host
): void {
  if (pipeline === null || hasErrors(diagnostics)) return;
  try {
    engine.prepare({ interpreter: interpreterProcess(pipeline.kernel, host), pipeline });
  } catch (error) {
    // A kernel that is not there is an error of the notebook, and told with the others.
    if (!(error instanceof ChardError)) throw error;
  }
}

/** What the experiments on a notebook are called. */
export function takenNames({ experiments }: Stores, notebook: string): string[] {
  return experiments.list({ notebook }).map(({ name }) => name);
}

/** Metrics that the last runs reported, whatever the code says. */
function seenMetrics({ runs }: Stores, notebook: string): string[] {
  const names = runs
    .list({ notebook, limit: LOOKED_AT })
    .flatMap(({ id, metrics }) => [
      ...Object.keys(metrics),
      ...runs
        .read(id, { types: ['metric'], quiet: true })
        .flatMap(event => (event.type === 'metric' ? [event.name] : []))
    ]);
  return [...new Set(names)];
}
