import { basename } from 'node:path';
import {
  cancelRun,
  deleteRun,
  getRun,
  getRunEnvironment,
  getRunNotebook,
  getRunPipeline,
  listRuns,
  measureRuns,
  renameRun,
  retryRun,
  startRun
} from '@chard/core/protocol/api';
import { isOver, reduce, takeSnapshot, type RunState } from '@chard/core/run';
import type { Breakage } from '../../engines/givenUp';
import { checkForRun } from '../../notebooks/check';
import { bindParameterValues } from '../../notebooks/parameters';
import { executionContext } from '../../runs/execution';
import { readState } from '../../runs/readLog';
import { storedArtefact, storedEnvironment, storedPipeline } from '../../runs/record';
import { heldByRuns, removeRun } from '../../runs/remove';
import { snapshotUse } from '../../runs/runSnapshot';
import type { App } from '../context';
import { notebookHasErrors } from '../http/failures';
import { answer, download, type Route } from '../http/route';
import { load } from './notebooks';

export function runRoutes(app: App): Route[] {
  return [...recordRoutes(app), ...executionRoutes(app)];
}

/** What is known of runs. */
function recordRoutes({ open }: App): Route[] {
  return [
    answer(listRuns, ({ query }) => open().catalogue.list(query)),
    answer(getRun, ({ params }) => {
      const { stores, catalogue, engine } = open();
      const run = catalogue.get(params.run);
      const broken = engine.broken.reasonOf(run.id);
      return {
        run,
        snapshot: takeSnapshot(cutOff(readState(stores, run.id), broken)),
        broken: broken ? { code: broken.error.code, message: broken.error.message } : null
      };
    }),
    answer(getRunPipeline, ({ params }) => {
      const { stores, catalogue } = open();
      return { pipeline: storedPipeline(stores, catalogue.get(params.run).id) };
    }),
    answer(getRunEnvironment, ({ params }) => {
      const { stores, catalogue } = open();
      return { environment: storedEnvironment(stores, catalogue.get(params.run).id) };
    }),
    download(getRunNotebook, ({ params }) => {
      const { stores, catalogue } = open();
      const { id, notebook } = catalogue.get(params.run);
      return { content: storedArtefact(stores, id, 'notebook'), fileName: basename(notebook) };
    }),
    answer(renameRun, ({ params, body: { title } }) => {
      const { stores, catalogue } = open();
      stores.runs.rename(catalogue.get(params.run).id, title);
      return { run: catalogue.get(params.run) };
    }),
    answer(measureRuns, ({ body }) => {
      const { stores, catalogue, snapshots } = open();
      const ids = body.runs.map(run => catalogue.get(run).id);
      return heldByRuns(stores, snapshots, ids);
    }),
    answer(deleteRun, async ({ params }) => {
      const { stores, catalogue, snapshots } = open();
      const { id } = catalogue.get(params.run);
      return { id, freed: await removeRun(stores, snapshots, id) };
    })
  ];
}

/** The state of a run whose log cannot say that it was given up. The log goes on from where it was. */
function cutOff(state: RunState, broken: Breakage | undefined): RunState {
  if (!broken || isOver(state.phase)) return state;
  const { seq } = state;
  const { time, error } = broken;
  const event = { type: 'run-interrupted', seq: seq + 1, time, message: error.message } as const;
  return { ...reduce(state, event), seq };
}

/** What makes runs go on. */
function executionRoutes({ host, root, open }: App): Route[] {
  return [
    answer(startRun, async ({ body: { path, parameters, options } }) => {
      const { engine, catalogue, snapshots } = open();
      const { snapshot, copyLimit, ...rest } = options;
      const base = options.base === null ? null : catalogue.get(options.base).id;
      const loaded = await load(root, { path });
      const { diagnostics, runnable } = await checkForRun(loaded, host);
      if (runnable === null) throw notebookHasErrors(path, 'nothing was run', diagnostics);
      const pipeline = bindParameterValues(runnable, parameters);
      const { id } = await engine.start({
        ...(await executionContext(pipeline.kernel, host)),
        pipeline,
        notebook: { path: loaded.path, bytes: loaded.bytes },
        options: { ...rest, base },
        snapshot: snapshot === null ? null : snapshotUse(await snapshots().get(snapshot), copyLimit)
      });
      return { run: catalogue.get(id), diagnostics };
    }),
    answer(cancelRun, async ({ params }) => {
      const { stores, engine, catalogue } = open();
      const { id, state } = catalogue.get(params.run);
      if (!isOver(state)) {
        stores.runs.requestCancel(id);
        await engine.cancel(id);
      }
      return { run: catalogue.get(id) };
    }),
    answer(retryRun, async ({ params }) => {
      const { stores, engine, catalogue } = open();
      const { id } = catalogue.get(params.run);
      const { kernel } = storedPipeline(stores, id);
      await engine.resume(id, await executionContext(kernel, host));
      return { run: catalogue.get(id) };
    })
  ];
}
