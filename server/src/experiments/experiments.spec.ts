import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentState } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import type { Engine } from '../engines/engine';
import { deferred } from '../engines/local/deferred';
import { ChardError } from '../errors';
import type { ExperimentEngine } from './experimentEngine';
import { ExperimentBench } from './testing/experimentBench';
import { listSuggester } from './testing/listSuggester';
import { tuned, xs } from './testing/sketch';

jest.setTimeout(120_000);

let bench: ExperimentBench;
beforeEach(() => {
  bench = new ExperimentBench();
});
afterEach(() => bench.close());

const phases = ({ trials }: ExperimentState): string[] => trials.map(({ phase }) => phase);

it('runs every suggestion, and knows the best', async () => {
  const { open, told } = listSuggester(xs(1, 3, 5, 2, 9));
  const state = await bench.run(open);
  expect(state).toMatchObject({ phase: 'succeeded', reason: 'max-trials-reached', best: 2 });
  expect(phases(state)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
  expect(state.trials.map(({ values }) => values['loss'])).toEqual([4, 0, 4, 1]);
  expect(told.endings.get(2)).toEqual({ state: 'complete', value: 0 });
  expect(bench.stores.experiments.get(state.id)).toMatchObject({
    phase: 'succeeded',
    best: { trial: 2, value: 0, parameters: { x: 3 } }
  });
  expect(bench.state(state.id)).toEqual(state);
});

it('makes trials runs, which share the steps that their values do not touch, also at the same time', async () => {
  const { open } = listSuggester(xs(1, 2, 3, 4));
  const pipeline = tuned({ prepare: `${bench.marking('prepared')}\ndata = 1` });
  const state = await bench.run(open, { pipeline, spec: { parallelTrialCount: 4 } });
  expect(bench.marks('prepared')).toBe(1);
  const runs = bench.stores.runs.list({ experiment: state.id });
  expect(runs.map(({ trial }) => trial?.number).sort()).toEqual([1, 2, 3, 4]);
  expect(runs.map(({ parameters }) => parameters['x']).sort()).toEqual([1, 2, 3, 4]);
  expect(state.trials.filter(({ reusedSteps }) => reusedSteps.includes('prepare'))).toHaveLength(3);
});

it('tells the first suggestion before its run is made, which may take a while', async () => {
  const { stores } = bench;
  const runsThen: number[] = [];
  stores.experiments.onChange(() => {
    const [experiment] = stores.experiments.list();
    const events = experiment ? stores.experiments.read(experiment.id) : [];
    if (events.some(({ type }) => type === 'trial-suggested')) {
      runsThen.push(stores.runs.list().length);
    }
  });
  await bench.run(listSuggester(xs(1)).open);
  expect(runsThen[0]).toBe(0);
});

it('ends when nothing is left to suggest', async () => {
  const state = await bench.run(listSuggester(xs(1, 2)).open);
  expect(state).toMatchObject({ phase: 'succeeded', reason: 'space-exhausted' });
  expect(state.trials).toHaveLength(2);
});

it('ends when a trial reaches the goal, and cancels the others', async () => {
  const { open } = listSuggester(xs(5, 3, 4, 1));
  const train = 'while x == 5: time.sleep(0.01)\nloss = (x - 3) ** 2';
  const state = await bench.run(open, {
    pipeline: tuned({ train: `import time\n${train}` }),
    spec: { objective: { type: 'minimize', metric: 'loss', goal: 0 } }
  });
  expect(state).toMatchObject({ phase: 'succeeded', reason: 'goal-reached', best: 2 });
  expect(state.trials[0]).toMatchObject({
    phase: 'cancelled',
    reason: 'Another trial has reached the goal.'
  });
});

it('takes a trial that fails, times out or reports no number for what it is', async () => {
  const { open, told } = listSuggester(xs(1, 2, 3, 4));
  const train = [
    'import time',
    'if x == 1: raise ValueError("no such rate")',
    'while x == 2: time.sleep(0.01)',
    'loss = "nan" if x == 3 else x'
  ].join('\n');
  const state = await bench.run(open, {
    pipeline: tuned({ train }),
    spec: { maxFailedTrialCount: 3, trialTimeoutSeconds: 3 }
  });
  expect(phases(state)).toEqual(['failed', 'failed', 'metrics-unavailable', 'succeeded']);
  expect(state.trials[0]).toMatchObject({
    reason: expect.stringContaining('no such rate'),
    error: { step: 'train' }
  });
  expect(state.trials[1]?.reason).toBe('It took longer than 3 seconds.');
  expect(state.trials[2]?.reason).toBe('It reported no number for "loss" but nan.');
  expect(state).toMatchObject({ phase: 'succeeded', best: 4 });
  expect([...told.endings.values()].map(({ state: each }) => each).sort()).toEqual([
    'complete',
    'failed',
    'failed',
    'failed'
  ]);
});

it('stops after too many failures, and says why', async () => {
  const { open } = listSuggester(xs(1, 2, 3, 4, 5, 6));
  const state = await bench.run(open, {
    pipeline: tuned({ train: 'raise ValueError("bad")' }),
    spec: { maxTrialCount: 6, parallelTrialCount: 1 }
  });
  expect(state).toMatchObject({ phase: 'failed', reason: 'too-many-failures' });
  expect(state.trials).toHaveLength(2);
  expect(state.message).toMatch(/^2 trials have failed; 1 may\. Trial 2: .*bad/);
});

it('gives up a trial whose values the rule does not like, with the reason in its run', async () => {
  const { open, told } = listSuggester(xs(1, 2), { prunes: (_, step) => step === 1 });
  const train = [
    'import time',
    'say({"type": "metric", "name": "loss", "value": 9, "at": 0})',
    'if x == 2: say({"type": "metric", "name": "loss", "value": 8, "at": 1})',
    'while x == 2: time.sleep(0.01)',
    'loss = x'
  ].join('\n');
  const state = await bench.run(open, {
    pipeline: tuned({ train }),
    spec: { maxTrialCount: 2, earlyStopping: { name: 'medianstop' } }
  });
  expect(phases(state)).toEqual(['succeeded', 'pruned']);
  const reason = 'loss was 8 at step 1, and medianstop gives that up.';
  expect(state.trials[1]?.reason).toBe(reason);
  expect(told.endings.get(2)).toEqual({ state: 'pruned', value: null });
  // The number of the metrics cell is the trial's end, not a look at how it is getting on.
  expect(told.reports.map(({ trial, step }) => [trial, step]).sort()).toEqual([
    [1, 0],
    [2, 0],
    [2, 1]
  ]);
  const steps = bench.stores.runs.read(state.trials[1]?.run ?? '', { step: 'train' });
  expect(steps.at(-1)).toMatchObject({ type: 'step-finished', state: 'cancelled', why: reason });
});

describe('values that a step prints', () => {
  const curve = ({ trials }: ExperimentState, trial: number) =>
    [...(trials[trial - 1]?.metrics.get('loss')?.points ?? [])].map(({ value, at }) => [value, at]);

  it('are a curve, by which a trial is given up', async () => {
    const { open, told } = listSuggester(xs(1, 2), {
      prunes: (_, step, value) => step === 2 && value > 5
    });
    const train = [
      'import time',
      'print("loss", 9)',
      'print("loss:", 4 * x)',
      'while x == 2: time.sleep(0.01)',
      'loss = x'
    ].join('\n');
    const state = await bench.run(open, {
      pipeline: tuned({ train }),
      spec: { maxTrialCount: 2, earlyStopping: { name: 'medianstop' } }
    });
    expect(phases(state)).toEqual(['succeeded', 'pruned']);
    expect(state.trials[1]?.reason).toBe('loss was 8 at step 2, and medianstop gives that up.');
    expect(curve(state, 1)).toEqual([
      [9, 1],
      [4, 2],
      [1, null]
    ]);
    expect(curve(state, 2)).toEqual([
      [9, 1],
      [8, 2]
    ]);
    expect(told.reports).toHaveLength(4);
  });

  it.each(['log_metric', 'log'])('do not count beside those of %s', async call => {
    const train = [
      `${call} = lambda name, value, step: say({"type": "metric", "name": name, "value": value, "at": step})`,
      `${call}("loss", 9, 10)`,
      'print("loss", 9.001)',
      `${call}("loss", 8, 20)`,
      'print("loss", -8)',
      'loss = x'
    ].join('\n');
    const state = await bench.run(listSuggester(xs(2)).open, {
      pipeline: tuned({ train }),
      spec: { maxTrialCount: 1 }
    });
    expect(curve(state, 1)).toEqual([
      [9, 10],
      [8, 20],
      [2, null]
    ]);
    expect(state.trials[0]?.values).toEqual({ loss: 2 });
  });
});

describe('while it runs', () => {
  /** Trials that go on until they are cancelled. */
  const endless = (): Pipeline => tuned({ train: 'import time\nwhile True: time.sleep(0.01)' });

  it('pauses: what runs goes on, nothing new begins', async () => {
    const { open } = listSuggester(xs(1, 2, 3, 4));
    const engine = bench.experiments(open);
    const gate = join(bench.aside, 'go');
    const train = `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)\nloss = x`;
    const { id, finished } = await bench.start(engine, { pipeline: tuned({ train }) });
    await bench.eventually(id, event => event.type === 'trial-started' && event.trial === 2);
    await engine.command(id, { type: 'pause' });
    await bench.eventually(id, ({ type }) => type === 'experiment-paused');
    writeFileSync(gate, '');
    await bench.eventually(id, event => event.type === 'trial-finished' && event.trial === 1);
    await bench.eventually(id, event => event.type === 'trial-finished' && event.trial === 2);
    const started = bench.stores.experiments
      .read(id)
      .filter(({ type }) => type === 'trial-started');
    expect(started).toHaveLength(2);
    await engine.command(id, { type: 'resume' });
    expect(phases(await finished)).toHaveLength(4);
  });

  it('takes other counts', async () => {
    const { open } = listSuggester(xs(1, 2, 3, 4, 5));
    const engine = bench.experiments(open);
    const { id, finished } = await bench.start(engine, { spec: { maxTrialCount: 2 } });
    await engine.command(id, {
      type: 'counts',
      counts: { maxTrialCount: 5, parallelTrialCount: 3, maxFailedTrialCount: 0 }
    });
    const state = await finished;
    expect(state.trials).toHaveLength(5);
    expect(state.spec).toMatchObject({ maxTrialCount: 5, parallelTrialCount: 3 });
  });

  it('stops, and its trials with it', async () => {
    const engine = bench.experiments(listSuggester(xs(1, 2, 3)).open);
    const { id, finished } = await bench.start(engine, { pipeline: endless() });
    await bench.eventually(id, ({ type }) => type === 'trial-started');
    await engine.command(id, { type: 'stop', trials: 'cancel' });
    const state = await finished;
    expect(state).toMatchObject({ phase: 'stopped', reason: 'stopped' });
    expect(state.tally.running).toBe(0);
    await expect(engine.command(id, { type: 'pause' })).rejects.toMatchObject({
      code: 'experiment-over'
    });
  });

  it('is asked by another engine as well', async () => {
    const { open } = listSuggester(xs(1, 2, 3));
    const { id, finished } = await bench.start(bench.experiments(open), { pipeline: endless() });
    await bench.eventually(id, ({ type }) => type === 'trial-started');
    const other = bench.experiments(open);
    await expect(other.resume(id)).rejects.toMatchObject({ code: 'experiment-owned' });
    await other.command(id, { type: 'stop', trials: 'cancel' });
    expect((await finished).phase).toBe('stopped');
  });
});

it('goes on with more trials after its end, where its policy allows', async () => {
  const { open, told } = listSuggester(xs(1, 2, 3));
  const engine = bench.experiments(open);
  const { id, finished } = await bench.start(engine, { spec: { maxTrialCount: 2 } });
  await finished;
  await expect(engine.resume(id)).rejects.toMatchObject({ code: 'experiment-over' });
  const counts = { maxTrialCount: 3, parallelTrialCount: 1, maxFailedTrialCount: 1 };
  await engine.command(id, { type: 'counts', counts });
  await bench.eventually(id, event => event.type === 'trial-finished' && event.trial === 3);
  expect(told.opened).toEqual([0, 2]);
  await expect(engine.resume(id, { ...counts, maxTrialCount: 2 })).rejects.toMatchObject({
    code: 'experiment-over'
  });
  expect(bench.stores.experiments.get(id)?.counts).toEqual(counts);
  const never = await bench.start(engine, { spec: { name: 'never', resumePolicy: 'Never' } });
  await never.finished;
  await expect(engine.command(never.id, { type: 'counts', counts })).rejects.toMatchObject({
    code: 'experiment-over'
  });
});

it('keeps what its trials came to when their runs are deleted, and goes on', async () => {
  const { open } = listSuggester(xs(1, 3, 2));
  const engine = bench.experiments(open);
  const { id, finished } = await bench.start(engine, { spec: { maxTrialCount: 2 } });
  const before = await finished;
  for (const { run } of before.trials) bench.stores.runs.delete(run ?? '');
  expect(bench.stores.runs.list({ experiment: id })).toEqual([]);
  expect(bench.state(id)).toEqual(before);
  const counts = { maxTrialCount: 3, parallelTrialCount: 2, maxFailedTrialCount: 1 };
  const state = await (await engine.resume(id, counts)).finished;
  expect(state.trials.map(({ values }) => values['loss'])).toEqual([4, 0, 1]);
  expect(state).toMatchObject({ phase: 'succeeded', best: 2 });
});

describe('an obstacle to every trial', () => {
  /** Finds no room before there is some. */
  const lacking = (room: string): string =>
    [
      'import os',
      `if not os.path.exists(${JSON.stringify(room)}):`,
      '  error = {"code": "disk-full", "type": "int", "message": "no space is left", "cell": 2, "line": None, "traceback": []}',
      '  say({"type": "finished", "state": "failed", "error": error})',
      '  os._exit(0)',
      'loss = (x - 3) ** 2'
    ].join('\n');

  it('is no fault of trials: they go on when there is room again', async () => {
    const room = join(bench.aside, 'room');
    const { open } = listSuggester(xs(1, 3, 5));
    const pipeline = tuned({ train: lacking(room) });
    const { id, finished } = await bench.start(bench.experiments(open), {
      pipeline,
      spec: { maxTrialCount: 3 }
    });
    await expect(finished).rejects.toMatchObject({ code: 'disk-full' });
    const cut = bench.state(id);
    expect(cut).toMatchObject({ phase: 'interrupted', message: 'no space is left' });
    expect(cut.tally.failed).toBe(0);
    expect(bench.stores.experiments.leases.all()).toEqual([]);
    writeFileSync(room, '');
    const state = await (await bench.experiments(open).resume(id)).finished;
    expect(phases(state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(bench.stores.runs.list({ experiment: id })).toHaveLength(3);
  });

  it.each([true, false])('leaves a paused experiment paused: %s', async staysPaused => {
    const [room, gate] = [join(bench.aside, 'room'), join(bench.aside, 'gate')];
    const { open } = listSuggester(xs(1, 3));
    const wait = `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)`;
    const engine = bench.experiments(open);
    const { id, finished } = await bench.start(engine, {
      pipeline: tuned({ train: `${wait}\n${lacking(room)}` }),
      spec: { maxTrialCount: 2, parallelTrialCount: 1 }
    });
    await bench.eventually(id, ({ type }) => type === 'trial-started');
    await engine.command(id, { type: 'pause' });
    await bench.eventually(id, ({ type }) => type === 'experiment-paused');
    writeFileSync(gate, '');
    await expect(finished).rejects.toMatchObject({ code: 'disk-full' });
    writeFileSync(room, '');
    const again = await engine.resume(id, undefined, { staysPaused });
    expect(bench.state(id).phase).toBe(staysPaused ? 'paused' : 'running');
    if (staysPaused) await engine.command(id, { type: 'resume' });
    expect(phases(await again.finished)).toEqual(['succeeded', 'succeeded']);
  });

  it('that comes before their runs leaves them to be begun', async () => {
    const engine = bench.engine();
    let isThere = false;
    const start: Engine['start'] = request =>
      isThere
        ? engine.start(request)
        : Promise.reject(new ChardError('folder-unavailable', 'It is not there.'));
    const gone = Object.assign(Object.create(engine) as Engine, { start });
    const experiments = bench.experiments(listSuggester(xs(1, 3)).open, { engine: gone });
    const { id, finished } = await bench.start(experiments, { spec: { maxTrialCount: 2 } });
    await expect(finished).rejects.toMatchObject({ code: 'folder-unavailable' });
    expect(bench.state(id)).toMatchObject({ phase: 'interrupted', message: 'It is not there.' });
    isThere = true;
    const state = await (await experiments.resume(id)).finished;
    expect(phases(state)).toEqual(['succeeded', 'succeeded']);
  });
});

describe('what a run leaves to be removed', () => {
  /** An engine whose runs have all removed once `removal` has ended. */
  function removing(removal: () => Promise<void>): ExperimentEngine {
    const engine = bench.engine();
    const start: Engine['start'] = async request => {
      const handle = await engine.start(request);
      const finished = handle.finished.then(async state => {
        await removal();
        return state;
      });
      finished.catch(() => undefined);
      return { ...handle, finished };
    };
    const slow = Object.assign(Object.create(engine) as Engine, { start });
    return bench.experiments(listSuggester(xs(1, 2)).open, { engine: slow });
  }

  it('keeps no trial waiting, and is gone when the experiment ends', async () => {
    const removed = deferred<void>();
    const { id, finished } = await bench.start(
      removing(() => removed.promise),
      { spec: { maxTrialCount: 2, parallelTrialCount: 1 } }
    );
    await bench.eventually(id, event => event.type === 'experiment-stopping');
    expect(bench.state(id)).toMatchObject({ phase: 'stopping', tally: { succeeded: 2 } });
    removed.resolve();
    expect((await finished).phase).toBe('succeeded');
  });

  it('and cannot be, is told', async () => {
    const problem = new ChardError('folder-unavailable', 'It cannot be removed.');
    const { finished } = await bench.start(
      removing(() => Promise.reject(problem)),
      { spec: { maxTrialCount: 4, parallelTrialCount: 1 } }
    );
    const state = await finished;
    expect(state).toMatchObject({ phase: 'failed', message: 'It cannot be removed.' });
    expect(state.trials[0]?.phase).toBe('succeeded');
  });
});

describe('an algorithm that breaks down', () => {
  const broken = new ChardError('suggester-failed', 'It is gone.');

  it.each(['ask', 'tell'] as const)('is begun anew: %s', async what => {
    let failures = 2;
    const { open, told } = listSuggester(xs(1, 2, 3, 4), {
      before(now) {
        if (now !== what || failures === 0) return;
        failures -= 1;
        throw broken;
      }
    });
    const state = await bench.run(open, { spec: { parallelTrialCount: 1 } });
    expect(state).toMatchObject({ phase: 'succeeded', reason: 'max-trials-reached' });
    expect(told.endings.size).toBe(4);
  });

  it('for good ends the experiment with the reason, and loses no finished trial', async () => {
    let asked = 0;
    const { open } = listSuggester(xs(1, 2, 3, 4), {
      before(now) {
        if (now === 'ask' && (asked += 1) > 2) throw broken;
      }
    });
    const state = await bench.run(open, { spec: { parallelTrialCount: 1 } });
    expect(state).toMatchObject({ phase: 'failed', reason: 'error', message: 'It is gone.' });
    expect(phases(state)).toEqual(['succeeded', 'succeeded']);
  });

  it('before there is an experiment leaves none', async () => {
    const { open } = listSuggester([], {
      before() {
        throw new ChardError('packages-missing', 'It needs torch.');
      }
    });
    await expect(bench.run(open)).rejects.toMatchObject({ code: 'packages-missing' });
    expect(bench.stores.experiments.list()).toEqual([]);
  });
});

it('refuses values that the pipeline does not take before there is an experiment', async () => {
  const { open } = listSuggester(xs(1));
  const parameters = [{ name: 'x', type: 'categorical', list: ['a'] }];
  await expect(bench.run(open, { spec: { parameters } })).rejects.toMatchObject({
    code: 'wrong-parameter-type'
  });
  expect(bench.stores.experiments.list()).toEqual([]);
});
