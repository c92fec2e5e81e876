import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareEnvironments, type EnvironmentChange } from '@chard/core/run';
import type { RunState } from '@chard/core/run';
import type { Engine, RunHandle } from '../engines/engine';
import { putStepFiles } from '../engines/local';
import { ChardError } from '../errors';
import type { Host } from '../host';
import { PythonEnvironment } from '../python/environment';
import type { RestoreReport, SnapshotStore, Watch } from '../snapshots/snapshotStore';
import type { Stores } from '../stores';
import { executionContext } from './execution';
import { storedArtefact, storedEnvironment, storedPipeline } from './record';
import { NOTEBOOK_SOURCE } from './volumes';

/** What a run needs to be brought back. */
export interface Archive {
  readonly stores: Stores;
  readonly snapshots: SnapshotStore;
}

export interface RestoreRequest extends Watch {
  /** Absolute path. */
  readonly folder: string;
  /** Puts files over those that are there. */
  readonly replace: boolean;
  /** Also what the run's steps have written. */
  readonly withResults: boolean;
}

export interface RestoredRun {
  readonly report: RestoreReport;
  /** Absolute path of the notebook. */
  readonly notebook: string;
}

/**
 * Puts what a run saw into a folder: the notebook as it ran and its data.
 * @throws ChardError `run-without-snapshot`, `snapshot-unknown`, `target-not-empty`, ...
 */
export async function restoreRun(
  { stores, snapshots }: Archive,
  state: RunState,
  { folder, replace, withResults, ...watch }: RestoreRequest
): Promise<RestoredRun> {
  const { id } = snapshotOfRun(state);
  const report = await snapshots.restore(id, { folder, replace }, watch);
  const place = report.places[NOTEBOOK_SOURCE] ?? folder;
  const notebook = join(place, basename(state.notebook.path));
  // It is in the snapshot; what was run is what the run's own record says.
  mkdirSync(place, { recursive: true });
  writeFileSync(notebook, storedArtefact(stores, state.id, 'notebook'));
  if (withResults) {
    const { sources } = await snapshots.get(id);
    const volumes = sources.flatMap(({ name, path }) => {
      const there = report.places[name];
      return name === NOTEBOOK_SOURCE || there === undefined ? [] : [[path, there] as const];
    });
    for (const files of stores.runs.stepFiles(state.id).values()) {
      await putStepFiles(stores.home, { folder: place, volumes: new Map(volumes) }, files);
    }
  }
  return { report, notebook };
}

/** How today's environment of a run's kernel differs from the one that it ran in. @throws ChardError where there is no such kernel. */
export async function environmentSince(
  stores: Stores,
  run: string,
  host: Host
): Promise<EnvironmentChange[]> {
  const { interpreter } = await executionContext(storedPipeline(stores, run).kernel, host);
  return compareEnvironments(
    storedEnvironment(stores, run),
    PythonEnvironment.parse(interpreter.record)
  );
}

/**
 * Runs the notebook of a run again, with its values, on its snapshot. The notebook's folder, which has gone on since, stays as it is.
 * @param cache whether results of earlier runs may stand for steps
 * @throws ChardError `run-without-snapshot`, `snapshot-unknown`, `workspace-unavailable`
 */
export async function runAsItWas(
  { stores, snapshots }: Archive,
  engine: Engine,
  state: RunState,
  host: Host,
  cache: boolean
): Promise<RunHandle> {
  const use = snapshotOfRun(state);
  await snapshots.get(use.id);
  const pipeline = storedPipeline(stores, state.id);
  return engine.start({
    ...(await executionContext(pipeline.kernel, host)),
    pipeline,
    notebook: {
      path: state.notebook.path,
      bytes: storedArtefact(stores, state.id, 'notebook')
    },
    options: { ...state.options, from: null, only: null, base: null, cache },
    snapshot: { ...use, brings: false }
  });
}

/** @throws ChardError `run-without-snapshot` */
export function snapshotOfRun({ id, snapshot }: RunState): NonNullable<RunState['snapshot']> {
  if (snapshot !== null) return snapshot;
  throw new ChardError(
    'run-without-snapshot',
    `The run ${id} worked on the notebook's folder as it was, and no snapshot of it was taken.`
  );
}
