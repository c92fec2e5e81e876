import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { initialExperimentState, reduceExperiment } from '@chard/core/experiment';
import {
  commandExperiment,
  deleteExperiment,
  exportTrials,
  followExperiment,
  getExperiment,
  listExperiments,
  listRuns,
  measureExperiments,
  renameExperiment
} from '@chard/core/protocol/api';
import { listSuggester } from '../../experiments/testing/listSuggester';
import { experimentRequest, xs } from '../../experiments/testing/sketch';
import { Served } from '../testing/served';

jest.setTimeout(120_000);

let served: Served;
beforeEach(async () => {
  served = await new Served(listSuggester(xs(1, 3, 2)).open).start();
});
afterEach(async () => {
  await served.close();
  expect(served.reported).toEqual([]);
});

async function finished(
  change: object = {},
  notebook = served.notebook('n.ipynb')
): Promise<string> {
  const handle = await served.experiments.start(
    experimentRequest(notebook, { spec: { maxTrialCount: 3, parallelTrialCount: 1, ...change } })
  );
  await handle.finished;
  return handle.id;
}

it('knows an experiment, its trials, and their runs', async () => {
  const experiment = await finished();
  const found = await served.client.call(getExperiment, { params: { experiment } });
  expect(found.experiment).toMatchObject({
    name: 'first',
    notebook: 'n.ipynb',
    state: 'succeeded',
    reason: 'max-trials-reached',
    best: { trial: 2, value: 0, parameters: { x: 3 } }
  });
  expect(found.snapshot.trials.map(({ values }) => values['loss'])).toEqual([4, 0, 1]);
  const { runs } = await served.client.call(listRuns, { query: { experiment } });
  expect(runs.map(({ trial }) => trial?.number)).toEqual([3, 2, 1]);
  const own = await served.client.call(listRuns, { query: { trials: false } });
  expect(own.runs).toEqual([]);
  const { text } = await served.client.text(exportTrials, { experiment }, {});
  const lines = text.split('\r\n');
  expect(lines[0]).toMatch(/^trial,state,run,.*,parameter x,metric loss$/);
  expect(lines[2]).toMatch(/^2,succeeded,.*,3,0$/);
});

it('lists the others beside one that is damaged, which says so and can be shown', async () => {
  const experiment = await finished();
  const other = await finished({ name: 'second' });
  const database = new DatabaseSync(join(served.stores.home, 'chard.db'));
  database.prepare("UPDATE experiments SET outline = 'rubbish' WHERE id = ?").run(experiment);
  database.close();
  const { experiments } = await served.client.call(listExperiments, {});
  expect(experiments.map(({ id, damage }) => [id, damage])).toEqual([
    [other, null],
    [experiment, expect.stringContaining(`the experiment ${experiment} is damaged`)]
  ]);
  const { snapshot } = await served.client.call(getExperiment, { params: { experiment } });
  expect(snapshot.trials.map(({ values }) => values['loss'])).toEqual([4, 0, 1]);
});

it('goes on after the event that a client has seen', async () => {
  const experiment = await finished();
  const ids: string[] = [];
  const stream = served.client.stream(followExperiment, { experiment }, {}, '4');
  for await (const { id } of stream) if (id !== undefined) ids.push(id);
  expect(ids[0]).toBe('5');
});

it('follows one that goes on to its end', async () => {
  const handle = await served.experiments.start(
    experimentRequest(served.notebook('n.ipynb'), { spec: { maxTrialCount: 3 } })
  );
  let state = initialExperimentState;
  let end = '';
  const stream = served.client.stream(followExperiment, { experiment: handle.id }, {});
  for await (const { type, data, parsed } of stream) {
    if (parsed !== null) state = reduceExperiment(state, parsed);
    if (type === 'end') end = data;
  }
  expect(JSON.parse(end)).toEqual({ reason: 'over' });
  expect(state).toEqual(await handle.finished);
});

it('renames, and has no two of one name', async () => {
  const experiment = await finished();
  await served.client.call(renameExperiment, { params: { experiment }, body: { name: 'second' } });
  const other = await finished();
  const clash = await served.client.failure(renameExperiment, {
    params: { experiment: other },
    body: { name: 'second' }
  });
  expect(clash).toMatchObject({ status: 409, error: { code: 'experiment-name-taken' } });
  const { experiments } = await served.client.call(listExperiments, { query: { text: 'SECOND' } });
  expect(experiments.map(({ id }) => id)).toEqual([experiment]);
});

it('goes on with more trials, and refuses what makes no sense any more', async () => {
  const experiment = await finished({ maxTrialCount: 2 });
  const pause = await served.client.failure(commandExperiment, {
    params: { experiment },
    body: { type: 'pause' }
  });
  expect(pause).toMatchObject({ status: 409, error: { code: 'experiment-over' } });
  const counts = { maxTrialCount: 3, parallelTrialCount: 1, maxFailedTrialCount: 0 };
  await served.client.call(commandExperiment, {
    params: { experiment },
    body: { type: 'counts', counts }
  });
  const stream = served.client.stream(followExperiment, { experiment }, {});
  for await (const { type } of stream) if (type === 'end') break;
  const { snapshot } = await served.client.call(getExperiment, { params: { experiment } });
  expect(snapshot.trials).toHaveLength(3);
});

it('goes with its runs, after saying what that frees', async () => {
  const experiment = await finished();
  const measured = await served.client.call(measureExperiments, {
    body: { experiments: [experiment] }
  });
  expect(measured.runs).toBe(3);
  expect(measured.bytes).toBeGreaterThan(0);
  const gone = await served.client.call(deleteExperiment, { params: { experiment } });
  expect(gone.runs).toBe(3);
  expect((await served.client.call(listRuns, {})).runs).toEqual([]);
  const failure = await served.client.failure(getExperiment, { params: { experiment } });
  expect(failure).toMatchObject({ status: 404, error: { code: 'experiment-unknown' } });
});

it('does not show experiments on notebooks outside of the root', async () => {
  const experiment = await finished({}, join(served.stores.home, 'n.ipynb'));
  expect((await served.client.call(listExperiments, {})).experiments).toEqual([]);
  const failure = await served.client.failure(getExperiment, { params: { experiment } });
  expect(failure).toMatchObject({ status: 404, error: { code: 'experiment-unknown' } });
});
