import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExperimentSpec } from '@chard/core/experiment';
import {
  estimateExperiment,
  followExperiment,
  followRun,
  getExperiment,
  getRun,
  startExperiment,
  startRun
} from '@chard/core/protocol/api';
import { Chard } from './testing/chard';
import { Companion } from './testing/companion';
import { cell, notebookText, type Cell } from './testing/notebooks';

// Optuna starts, and processes are waited for.
jest.setTimeout(300_000);

const spec = ExperimentSpec.parse({
  name: 'first',
  parameters: [{ name: 'x', type: 'double', min: 0, max: 10 }],
  objective: { type: 'minimize', metric: 'loss' },
  algorithm: { name: 'tpe' },
  maxTrialCount: 4,
  parallelTrialCount: 2,
  maxFailedTrialCount: 1,
  seed: 5
});

let chard: Chard;
let root: string;
let companion: Companion;
beforeAll(async () => {
  chard = new Chard();
  root = join(chard.folder, 'root');
  mkdirSync(root);
  companion = await Companion.start(chard, root);
});
afterAll(async () => {
  await companion.end();
  chard.remove();
});

const cells = (train: string): Cell[] => [
  cell('pipeline-parameters', 'x = 0.5'),
  cell('step:prepare', 'import time\ntime.sleep(0.2)\ndata = 3'),
  cell('step:train prev:prepare', train),
  cell('pipeline-metrics', 'print("loss", loss)')
];
const write = (name: string, train: string): string => {
  writeFileSync(join(root, name), notebookText(cells(train)));
  return name;
};

/** Until an experiment has come to its end, whichever process of the server runs it. */
async function ended(experiment: string) {
  for await (const { type } of companion.client.stream(followExperiment, { experiment }, {})) {
    if (type === 'failure') throw new Error('the experiment cannot be followed');
  }
  return companion.client.call(getExperiment, { params: { experiment } });
}

it('is started, with its trials as the seed has them, and told about beforehand', async () => {
  const path = write('n.ipynb', 'loss = (x - data) ** 2');
  const { client } = companion;
  const body = { path, spec };
  expect((await client.call(estimateExperiment, { body })).estimate).toBeNull();
  const { run } = await client.call(startRun, { body: { path } });
  for await (const { type } of client.stream(followRun, { run: run.id }, {})) {
    if (type === 'failure') throw new Error('the run cannot be followed');
  }
  expect((await client.call(getRun, { params: { run: run.id } })).run.state).toBe('succeeded');
  const { estimate } = await client.call(estimateExperiment, { body });
  expect(estimate).toMatchObject({
    sharedSteps: ['prepare'],
    trialSteps: ['train'],
    run: run.id
  });
  expect(estimate?.sharedMs).toBeGreaterThanOrEqual(200);

  const more = { path, spec: { ...spec, maxTrialCount: 12 } };
  const started = await client.call(startExperiment, { body: more });
  const { experiment, snapshot } = await ended(started.experiment.id);
  expect(experiment).toMatchObject({ state: 'succeeded', reason: 'max-trials-reached' });
  expect(snapshot.snapshot).toMatchObject({ source: 'notebook', brings: false });
  expect(snapshot.trials.every(({ reusedSteps }) => reusedSteps.includes('prepare'))).toBe(true);
  // What all of so many trials took over has its time from the run that made it.
  const after = (await client.call(estimateExperiment, { body })).estimate;
  expect(after).toMatchObject({ sharedSteps: ['prepare'], sharedMs: estimate!.sharedMs });

  const again = await client.failure(startExperiment, { body });
  expect(again).toMatchObject({
    status: 422,
    error: { code: 'experiment-invalid' },
    diagnostics: [{ code: 'experiment-name-taken', field: ['name'] }]
  });
  const nameless = await client.failure(startExperiment, {
    body: { path, spec: { ...spec, name: '' } }
  });
  expect(nameless).toMatchObject({
    status: 422,
    diagnostics: [{ code: 'experiment-without-name', field: ['name'] }]
  });
});

it('goes on by itself when the server was killed and starts again', async () => {
  const gate = JSON.stringify(join(chard.folder, 'gate'));
  const wait = `import os, time\nwhile not os.path.exists(${gate}): time.sleep(0.01)`;
  const path = write('killed.ipynb', `${wait}\nloss = (x - data) ** 2`);
  const { client } = companion;
  const { experiment } = await client.call(startExperiment, { body: { path, spec } });
  const stream = client.stream(followExperiment, { experiment: experiment.id }, {});
  let running = 0;
  for await (const { parsed } of stream) {
    if (parsed?.type === 'trial-started' && (running += 1) === 2) break;
  }
  expect(await companion.end('SIGKILL')).toBe('SIGKILL');
  while (chard.leftBehind().length > 0) await new Promise(resume => setTimeout(resume, 20));
  writeFileSync(join(chard.folder, 'gate'), '');
  companion = await Companion.start(chard, root);
  // Nobody asks for it to go on. Until it does, to follow it ends with its interruption.
  let found = await ended(experiment.id);
  const onTheWay = ['interrupted', 'pending', 'running', 'stopping'];
  while (onTheWay.includes(found.experiment.state)) found = await ended(experiment.id);
  expect(found.experiment).toMatchObject({ state: 'succeeded', tally: { succeeded: 4 } });
  expect(new Set(found.snapshot.trials.map(({ run }) => run)).size).toBe(4);
});
