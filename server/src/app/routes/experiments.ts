import {
  commandExperiment,
  deleteExperiment,
  estimateExperiment,
  exportStudy,
  exportTrials,
  followExperiment,
  followExperiments,
  getExperiment,
  getImportances,
  listExperiments,
  measureExperiments,
  renameExperiment,
  startExperiment,
  type ExperimentItem,
  type ExperimentListChange
} from '@chard/core/protocol/api';
import {
  isExperimentOver,
  reduceExperiment,
  takeExperimentSnapshot,
  type ExperimentState
} from '@chard/core/experiment';
import type { Breakage } from '../../engines/givenUp';
import { trialsAsCsv } from '../../experiments/csv';
import { estimateExperiment as estimate } from '../../experiments/estimate';
import { freezing } from '../../experiments/freeze';
import { prepareExperiment } from '../../experiments/prepare';
import { readExperimentState } from '../../experiments/read';
import { removeExperiment } from '../../experiments/remove';
import { checkForRun } from '../../notebooks/check';
import { heldByRuns } from '../../runs/remove';
import type { App } from '../context';
import { experimentHasErrors, notebookHasErrors } from '../http/failures';
import { answer, download, stream, type Route } from '../http/route';
import { followList, lastSeen } from './feeds';
import { load } from './notebooks';

export function experimentRoutes(app: App): Route[] {
  return [
    ...recordRoutes(app),
    ...executionRoutes(app),
    ...analysisRoutes(app),
    ...experimentFeeds(app)
  ];
}

/** What is known of experiments. */
function recordRoutes({ open }: App): Route[] {
  return [
    answer(listExperiments, ({ query }) => open().experimentCatalogue.list(query)),
    answer(getExperiment, ({ params }) => {
      const { stores, experiments, experimentCatalogue } = open();
      const experiment = experimentCatalogue.get(params.experiment);
      const broken = experiments.broken.reasonOf(experiment.id);
      const state = cutOff(readExperimentState(stores, experiment.id), broken);
      return {
        experiment,
        snapshot: takeExperimentSnapshot(state),
        broken: broken ? { code: broken.error.code, message: broken.error.message } : null
      };
    }),
    answer(renameExperiment, ({ params, body: { name } }) => {
      const { stores, experimentCatalogue } = open();
      stores.experiments.rename(experimentCatalogue.get(params.experiment).id, name);
      return { experiment: experimentCatalogue.get(params.experiment) };
    }),
    answer(measureExperiments, async ({ body }) => {
      const { stores, experimentCatalogue, snapshots } = open();
      const ids = body.experiments.map(id => experimentCatalogue.get(id).id);
      const runs = ids.flatMap(experiment => stores.runs.list({ experiment }).map(({ id }) => id));
      return { runs: runs.length, ...(await heldByRuns(stores, snapshots, runs, ids)) };
    }),
    answer(deleteExperiment, async ({ params, query }) => {
      const { stores, experimentCatalogue, snapshots } = open();
      const { id } = experimentCatalogue.get(params.experiment);
      return { id, ...(await removeExperiment(stores, snapshots, id, query.runs)) };
    })
  ];
}

/** The state of an experiment whose log cannot say that it was given up. The log goes on from where it was. */
function cutOff(state: ExperimentState, broken: Breakage | undefined): ExperimentState {
  if (!broken || isExperimentOver(state.phase)) return state;
  const { seq } = state;
  const { time, error } = broken;
  const message = error.message;
  const event = { type: 'experiment-interrupted', seq: seq + 1, time, message } as const;
  return { ...reduceExperiment(state, event), seq };
}

/** What makes experiments go on. */
function executionRoutes({ host, root, open }: App): Route[] {
  return [
    answer(startExperiment, async ({ body: { path, spec, parameters } }) => {
      const { stores, engine, experiments, experimentCatalogue, snapshots } = open();
      const freeze = freezing({ snapshots, isAllowed: each => root.leadsInside(each) });
      const loaded = await load(root, { path });
      const checking = checkForRun(loaded, host);
      const surroundings = { host, stores, engine, freeze };
      const prepared = await prepareExperiment(
        loaded,
        checking,
        () => spec,
        parameters,
        surroundings
      );
      const { request, diagnostics } = prepared;
      if (request === null) throw experimentHasErrors(path, diagnostics);
      const { id } = await experiments.start(request);
      return { experiment: experimentCatalogue.get(id), diagnostics };
    }),
    answer(estimateExperiment, async ({ body: { path, spec } }) => {
      const { stores } = open();
      const loaded = await load(root, { path });
      const { diagnostics, runnable } = await checkForRun(loaded, host);
      if (runnable === null) throw notebookHasErrors(path, 'nothing can be told', diagnostics);
      return { estimate: estimate(stores, loaded.path, runnable, spec) };
    }),
    answer(commandExperiment, async ({ params, body }) => {
      const { experiments, experimentCatalogue } = open();
      const { id } = experimentCatalogue.get(params.experiment);
      await experiments.command(id, body);
      return { experiment: experimentCatalogue.get(id) };
    })
  ];
}

/** What Optuna says of the trials, and what a person takes away. */
function analysisRoutes({ open }: App): Route[] {
  return [
    answer(getImportances, async ({ params, query: { method } }) => {
      const { stores, analysis, experimentCatalogue } = open();
      const { id } = experimentCatalogue.get(params.experiment);
      const found = await analysis.importances(readExperimentState(stores, id), method);
      return { ...found, method, importances: [...found.importances] };
    }),
    download(exportTrials, ({ params }) => {
      const { stores, experimentCatalogue } = open();
      const { id, name } = experimentCatalogue.get(params.experiment);
      const text = trialsAsCsv(readExperimentState(stores, id));
      return { content: Buffer.from(text), fileName: `${name}.csv` };
    }),
    download(exportStudy, async ({ params }) => {
      const { stores, analysis, experimentCatalogue } = open();
      const { id, name } = experimentCatalogue.get(params.experiment);
      const content = await analysis.study(readExperimentState(stores, id), name);
      return { content, fileName: `${name}.db` };
    })
  ];
}

function experimentFeeds({ open }: App): Route[] {
  return [
    stream(followExperiment, ({ params, query, lastEventId }) => {
      const { stores, experiments, experimentCatalogue, changes } = open();
      const { id } = experimentCatalogue.get(params.experiment);
      let after = lastSeen(lastEventId) ?? query.after;
      return async sink => {
        for (;;) {
          const moment = changes.now;
          const record = stores.experiments.get(id);
          if (record === undefined) return sink.tell('end', { reason: 'deleted' });
          for (const event of stores.experiments.read(id, { after })) {
            after = event.seq;
            await sink.send(event, String(event.seq));
          }
          if (isExperimentOver(record.phase)) return sink.tell('end', { reason: 'over' });
          const broken = experiments.broken.reasonOf(id);
          if (broken) throw broken.error;
          await changes.after(moment, sink.signal);
        }
      };
    }),
    stream(followExperiments, () => {
      const { experimentCatalogue, changes } = open();
      return followList<ExperimentItem, ExperimentListChange>(
        changes,
        () => experimentCatalogue.all(),
        {
          isSettled: ({ state }) => isExperimentOver(state) && state !== 'interrupted',
          changed: experiment => ({ type: 'changed', experiment }),
          deleted: id => ({ type: 'deleted', id }),
          reset: { type: 'reset' }
        }
      );
    })
  ];
}
