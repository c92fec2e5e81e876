import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  followExperiment,
  followExperiments,
  followRun,
  followRuns,
  getExperiment,
  getRun,
  listRuns,
  readLog
} from '@chard/core/protocol/api';
import type { Pipeline } from '@chard/core/pipeline';
import { interpreter } from '../engines/local/testing/bench';
import { eventually, printed } from '../engines/local/testing/observe';
import { sketchPipeline } from '../engines/local/testing/pipelines';
import type { RunHandle } from '../engines/engine';
import { ChardError } from '../errors';
import { listSuggester } from '../experiments/testing/listSuggester';
import { experimentRequest, tuned, xs } from '../experiments/testing/sketch';
import { openStores } from '../stores';
import { newRun, OWNER } from '../stores/testing/contract';
import { newExperiment } from '../stores/testing/experimentContract';
import { BackendDoor } from './backend';
import { Root } from './root';
import { Served } from './testing/served';
import { Upkeep } from './upkeep';

const waiting = sketchPipeline({
  steps: {
    a: { code: 'import time\nprint("waiting", flush=True)\nwhile True: time.sleep(0.05)' }
  }
});

describe('a run that the store cannot follow any more', () => {
  let served: Served;
  beforeEach(async () => {
    served = await new Served().start();
  });
  afterEach(() => served.close());

  async function startWaiting(pipeline: Pipeline = waiting): Promise<RunHandle> {
    const handle = await served.engine.start({
      pipeline,
      notebook: { path: served.notebook('n.ipynb'), bytes: Buffer.from('{}') },
      interpreter: interpreter(),
      options: { cache: true, from: null, only: null, base: null }
    });
    await eventually(served.stores, handle.id, printed('a', 'waiting'));
    return handle;
  }

  it('ends when the store is removed, and every answer says so', async () => {
    const { id, finished } = await startWaiting();
    const { home } = served.stores;
    renameSync(home, `${home}-moved`);
    await expect(finished).rejects.toMatchObject({ code: 'store-gone' });
    const gone = {
      status: 503,
      error: { code: 'store-gone', message: expect.stringContaining('Put it back') }
    };
    expect(await served.client.failure(getRun, { params: { run: id } })).toMatchObject(gone);
    expect(await served.client.failure(listRuns, {})).toMatchObject(gone);
    expect(await served.client.failure(readLog, { params: { run: id } })).toMatchObject(gone);

    expect(existsSync(home)).toBe(false);
    renameSync(`${home}-moved`, home);
    await served.engine.recover();
    const { run, broken } = await served.client.call(getRun, { params: { run: id } });
    expect([run.state, broken]).toEqual(['interrupted', null]);
  });

  it('is shown as interrupted while nobody can write so, with the reason, and then says it itself', async () => {
    const { id } = await startWaiting();
    const list = served.client.stream(followRuns, {}, {});
    await list.next();
    const events = served.client.stream(followRun, { run: id }, { after: 1000 });
    const ended = events.next();
    const full = new ChardError('store-full', 'The disk is full.');
    const append = jest.spyOn(served.stores.runs, 'append').mockImplementation(() => {
      throw full;
    });
    await served.engine.cancel(id);

    expect((await ended).value).toMatchObject({
      type: 'failure',
      data: expect.stringContaining('store-full')
    });
    const told = await list.next();
    expect(told.value?.parsed).toMatchObject({
      type: 'changed',
      run: { id, state: 'interrupted' }
    });
    const { run, snapshot, broken } = await served.client.call(getRun, { params: { run: id } });
    expect(run.state).toBe('interrupted');
    expect(broken).toEqual({ code: 'store-full', message: 'The disk is full.' });
    expect(snapshot).toMatchObject({
      phase: 'interrupted',
      steps: [{ phase: 'interrupted' }],
      seq: served.stores.runs.read(id, { quiet: true }).at(-1)?.seq
    });
    await expect(served.engine.recover()).rejects.toBe(full);
    expect(served.engine.broken.any).toBe(true);

    append.mockRestore();
    expect(await served.engine.recover()).toEqual([id]);
    const after = await served.client.call(getRun, { params: { run: id } });
    expect([after.run.state, after.broken]).toEqual(['interrupted', null]);
    await list.return(undefined);
  });
});

describe('an experiment that the store cannot follow any more', () => {
  let served: Served;
  beforeEach(async () => {
    served = await new Served(listSuggester(xs(1, 2)).open).start();
  });
  afterEach(() => served.close());

  it('is shown as interrupted while nobody can write so, with the reason, and then says it itself', async () => {
    const { experiments, stores, client } = served;
    const { id, finished } = await experiments.start(
      experimentRequest(served.notebook('n.ipynb'), {
        spec: { maxTrialCount: 2, parallelTrialCount: 1 },
        pipeline: tuned({ train: 'import time\nloss = 1\nwhile True: time.sleep(0.05)' })
      })
    );
    const list = client.stream(followExperiments, {}, {});
    await list.next();
    const events = client.stream(followExperiment, { experiment: id }, {});
    for await (const { parsed } of events) if (parsed?.type === 'trial-started') break;
    const later = client.stream(followExperiment, { experiment: id }, { after: 1000 });
    const ended = later.next();
    const full = new ChardError('store-full', 'The disk is full.');
    const append = jest.spyOn(stores.experiments, 'append').mockImplementation(() => {
      throw full;
    });
    await experiments.command(id, { type: 'pause' });
    await expect(finished).rejects.toBe(full);

    expect((await ended).value).toMatchObject({
      type: 'failure',
      data: expect.stringContaining('store-full')
    });
    for await (const { parsed } of list) {
      if (parsed?.type !== 'changed' || parsed.experiment.state !== 'interrupted') continue;
      break;
    }
    const { experiment, snapshot, broken } = await client.call(getExperiment, {
      params: { experiment: id }
    });
    expect(experiment.state).toBe('interrupted');
    expect(broken).toEqual({ code: 'store-full', message: 'The disk is full.' });
    expect(snapshot).toMatchObject({
      phase: 'interrupted',
      message: 'The disk is full.',
      trials: [{ phase: 'interrupted' }],
      seq: stores.experiments.read(id).at(-1)?.seq
    });
    expect(() => experiments.recover()).toThrow(full);
    expect(experiments.broken.any).toBe(true);

    append.mockRestore();
    expect(experiments.recover()).toEqual([id]);
    expect(experiments.broken.any).toBe(false);
    expect(stores.experiments.get(id)?.phase).toBe('interrupted');
  });
});

describe('the upkeep of a store', () => {
  let folder: string;
  let home: string;
  let door: BackendDoor;
  let upkeep: Upkeep;
  const reported: string[] = [];
  let now = Date.now();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chard-upkeep-'));
    home = join(folder, 'home');
    reported.length = 0;
    const host = { home, memory: null, python: 'python3', environment: {} };
    door = new BackendDoor(host, new Root(folder));
    upkeep = new Upkeep({
      open: () => door.open(),
      host,
      report: text => reported.push(text),
      onResumed: () => undefined,
      now: () => now
    });
  });
  afterEach(async () => {
    await door.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const runs = (): string[] =>
    door
      .open()
      .stores.runs.list()
      .map(({ id }) => id);

  it('says once that it is gone and once that it is back, and makes none in its place', async () => {
    door.open().stores.runs.create(newRun('r1'), OWNER);
    await upkeep.look();
    expect(reported).toEqual([]);
    renameSync(home, `${home}-moved`);
    await upkeep.look();
    await upkeep.look();
    expect(reported).toEqual([expect.stringContaining('is not there any more')]);
    expect(() => door.open()).toThrow(expect.objectContaining({ code: 'store-gone' }));
    expect(upkeep.isBusy()).toBe(false);
    renameSync(`${home}-moved`, home);
    await upkeep.look();
    expect(reported.slice(1)).toEqual(['The store can be used again.']);
    expect(runs()).toEqual(['r1']);
  });

  it('tries an experiment again, ever more seldom, until its folder is back, and says once what is wrong', async () => {
    const notebooks = join(folder, 'notebooks');
    const { experiments } = door.open().stores;
    const { change, ...rest } = newExperiment('e1', { notebook: join(notebooks, 'n.ipynb') });
    const outline = { ...change.outline, phase: 'interrupted' as const };
    const time = Date.now();
    const events = [
      ...change.events.map(event => ({ ...event, time })),
      { time, body: { type: 'experiment-interrupted', message: 'It was cut off.' } as const }
    ];
    experiments.create({ ...rest, change: { events, outline } }, OWNER);
    experiments.leases.release('e1', OWNER);
    const at = async (seconds: number): Promise<void> => {
      now = time + seconds * 1000;
      await upkeep.look();
    };
    await at(0);
    expect(reported).toEqual([expect.stringContaining(`The folder ${notebooks} is not there`)]);
    mkdirSync(notebooks);
    await at(5);
    expect(reported).toHaveLength(1);
    // There is nothing of it that could go on; but it was tried.
    await at(11);
    expect(reported.slice(1)).toEqual([expect.stringContaining('has no record of its pipeline')]);
    await at(9999);
    expect(reported).toHaveLength(2);
    expect(experiments.read('e1')).toHaveLength(2);
  });

  it('opens another one that is put in its place', async () => {
    const first = door.open();
    first.stores.runs.create(newRun('r1'), OWNER);
    const other = openStores(join(folder, 'other'));
    other.runs.create(newRun('r2'), OWNER);
    other.close();
    renameSync(home, `${home}-moved`);
    renameSync(join(folder, 'other'), home);
    expect(() => first.stores.runs.list()).toThrow(expect.objectContaining({ code: 'store-gone' }));
    expect(runs()).toEqual(['r2']);
    await upkeep.look();
    expect(reported).toEqual([]);
  });
});
