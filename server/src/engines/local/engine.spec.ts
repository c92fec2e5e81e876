import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { runSummary, stepState, type RunEvent, type RunState } from '@chard/core/run';
import type { Pipeline } from '@chard/core/pipeline';
import type { Engine, RunHandle, RunOptions } from '../engine';
import { marked } from './processes/sweep';
import { Bench, REAL_RUNNER, interpreter, PYTHON, runRequest } from './testing/bench';
import { eventually, outputOf, phasesOf, printed } from './testing/observe';
import { sketchPipeline, type StepSketch } from './testing/pipelines';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

async function run(
  pipeline: Pipeline,
  options: Partial<RunOptions> = {},
  engine: Engine = bench.engine()
): Promise<RunState> {
  const { finished } = await engine.start(runRequest(bench.folder, pipeline, options));
  return finished;
}

function events(state: RunState, step?: string): RunEvent[] {
  return bench.stores.runs.read(state.id, step === undefined ? {} : { step });
}

function text({ id }: RunState, step: string): string {
  return outputOf(bench.stores, id, step);
}

function whys(state: RunState): Record<string, string> {
  return Object.fromEntries(state.steps.map(({ name, why }) => [name, why]));
}

const steps = (sketches: Record<string, StepSketch>): Pipeline =>
  sketchPipeline({ steps: sketches });

const FOREVER = 'print("waiting")\nimport time\nwhile True: time.sleep(1)';

const chain = (second = 'b = a + 1\nprint("b is", b)'): Pipeline =>
  sketchPipeline({
    steps: {
      first: { code: 'a = 1', outputs: ['a'] },
      second: { code: second, after: ['first'], takes: { a: ['first'] }, outputs: ['b'] }
    },
    metrics: [{ name: 'b', expression: 'b', cell: 3 }],
    metricsStep: { code: 'pass', after: ['second'], takes: { b: ['second'] } }
  });

describe('a run', () => {
  it('begins with what has been made ready for it', async () => {
    const starts = join(bench.aside, 'starts');
    const python = join(bench.aside, 'python');
    writeFileSync(python, `#!/bin/sh\necho "$@" >> '${starts}'\nexec '${PYTHON}' "$@"\n`);
    chmodSync(python, 0o700);
    const noting = { ...interpreter(), executable: python };
    const engine = bench.engine();
    const pipeline = chain();
    engine.prepare({ interpreter: noting, pipeline });
    const hasStarted = (): boolean =>
      existsSync(starts) && readFileSync(starts, 'utf8').includes('forkserver');
    while (!hasStarted()) await setImmediate();
    const before = readFileSync(starts, 'utf8');
    const { finished } = await engine.start(runRequest(bench.folder, pipeline, {}, noting));
    expect((await finished).phase).toBe('succeeded');
    expect(readFileSync(starts, 'utf8')).toBe(before);
  });

  it.each([
    ['two supervisors one after the other serve trials', true, 2],
    ['a run by itself leaves none for the next one', false, 3]
  ])('%s', async (_, isTrial, count) => {
    const engine = bench.engine({ runnerFolder: REAL_RUNNER });
    const pipeline = steps({ one: { code: 'import os\nprint(os.getppid())' } });
    const request = { ...runRequest(bench.folder, pipeline, { cache: false }) };
    const supervisors = new Set<string>();
    for (const number of [1, 2, 3]) {
      const trial = { experiment: 'exp', number };
      const { finished } = await engine.start({ ...request, ...(isTrial && { trial }) });
      supervisors.add(text(await finished, 'one'));
    }
    expect(supervisors.size).toBe(count);
  });

  it('tells of the imports that its first step waits for, and only while it waits', async () => {
    const engine = bench.engine();
    const pipeline = steps({ one: { code: 'import json, colorsys\nx = 1' } });
    const state = await run(pipeline, { cache: false }, engine);
    const told = events(state).filter(({ type }) => /preparing|step-started/.test(type));
    expect(told).toMatchObject([
      { type: 'run-preparing', modules: ['colorsys', 'json'] },
      { type: 'step-started' }
    ]);
    expect(state.preparing).toBeNull();
    const again = await run(pipeline, { cache: false }, engine);
    expect(events(again).map(({ type }) => type)).not.toContain('run-preparing');
  });

  it('executes steps in order and reports values, output and metrics', async () => {
    const state = await run(chain());
    expect(runSummary(state)).toMatchObject({
      state: 'succeeded',
      metrics: { b: 2 },
      steps: [
        { name: 'first', state: 'succeeded', cached: false, why: 'no earlier result', error: null },
        { name: 'second', state: 'succeeded', cached: false }
      ]
    });
    expect(stepState(state, 'second')?.values).toMatchObject([{ name: 'b', origin: 'second' }]);
    expect(text(state, 'second')).toBe('b is 2\n');
    expect(bench.stores.leases.all()).toEqual([]);
  });

  it('keeps the notebook, the pipeline and the environment', async () => {
    const state = await run(chain());
    const { notebook, pipeline, environment } = bench.stores.runs.artefacts(state.id);
    const read = (digest = ''): string =>
      Buffer.from(bench.stores.artefacts.get(digest)).toString();
    expect(read(notebook)).toBe('{}');
    expect(JSON.parse(read(pipeline))).toEqual(chain());
    expect(JSON.parse(read(environment))).toHaveProperty('executable');
  });

  it('runs independent steps side by side', async () => {
    // Each waits for the other's file: one after the other they would wait for ever.
    const meet = (own: string, other: string): string =>
      `import os, time\nos.chdir("${bench.aside}")\nopen("${own}", "w").close()\nwhile not os.path.exists("${other}"): time.sleep(0.005)`;
    const state = await run(
      steps({ left: { code: meet('l', 'r') }, right: { code: meet('r', 'l') } })
    );
    expect(phasesOf(state)).toEqual({ left: 'succeeded', right: 'succeeded' });
  });

  it('runs one at a time where that is all there is, in notebook order', async () => {
    const code = (name: string): string =>
      `import os\nos.chdir("${bench.aside}")\nassert not os.path.exists("busy")\nopen("busy", "w").close()\nopen("order", "a").write("${name}")\nos.remove("busy")`;
    const state = await run(
      steps({ a: { code: code('a') }, b: { code: code('b') }, c: { code: code('c') } }),
      {},
      bench.engine({}, { parallel: 1 })
    );
    expect(state.phase).toBe('succeeded');
    expect(readFileSync(join(bench.aside, 'order'), 'utf8')).toBe('abc');
  });

  it('runs a step that asks for more than there is alone, with a warning', async () => {
    const state = await run(
      steps({ big: { code: 'pass', settings: { requests: { memory: '1000Ti' } } } })
    );
    expect(state.phase).toBe('succeeded');
    expect(state.warnings.toArray()).toMatchObject([{ step: 'big', code: 'resources-exceeded' }]);
  });

  it('works where the interpreter cannot fork', async () => {
    const python = interpreter({ FAKE_FORKS: '0' });
    const { finished } = await bench.engine().start(runRequest(bench.folder, chain(), {}, python));
    expect((await finished).phase).toBe('succeeded');
  });

  it('says why an interpreter cannot be started', async () => {
    const python = { ...interpreter(), executable: '/nonexistent/python' };
    const { finished } = await bench.engine().start(runRequest(bench.folder, chain(), {}, python));
    const state = await finished;
    expect(state.error).toMatchObject({ step: 'first', code: 'runner-failed' });
    expect(state.error?.message).toContain('/nonexistent/python');
  });

  it('gives all steps one fixed hash seed', async () => {
    const state = await run(
      steps({ a: { code: 'import os\nprint(os.environ["PYTHONHASHSEED"])' } })
    );
    expect(text(state, 'a')).toBe('0\n');
  });

  it('never stores a secret', async () => {
    const reference = { secret: 's', key: 'k', env: 'TOKEN' };
    const pipeline = steps({
      a: { code: 'import os\nprint(len(os.environ["TOKEN"]))', settings: { secrets: [reference] } }
    });
    const { finished } = await bench.engine().start({
      ...runRequest(bench.folder, pipeline),
      secrets: { TOKEN: 'swordfish-swordfish' }
    });
    const state = await finished;
    expect(text(state, 'a')).toBe('19\n');
    const home = bench.stores.home;
    const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter(entry =>
      entry.isFile()
    );
    for (const { parentPath, name } of files) {
      expect(readFileSync(join(parentPath, name)).includes('swordfish-swordfish')).toBe(false);
    }
  });
});

describe('a failing step', () => {
  const diamond = steps({
    bad: { code: 'raise ValueError("no luck")' },
    good: { code: 'pass' },
    below: { code: 'pass', after: ['bad'] },
    both: { code: 'pass', after: ['below', 'good'] }
  });

  it('fails the run, skips what depends on it and lets the rest go on', async () => {
    const state = await run(diamond);
    expect(state.phase).toBe('failed');
    expect(phasesOf(state)).toEqual({
      bad: 'failed',
      good: 'succeeded',
      below: 'skipped',
      both: 'skipped'
    });
    expect(stepState(state, 'both')?.why).toBe('the step "bad" failed');
    expect(state.error).toMatchObject({
      step: 'bad',
      code: 'exception',
      type: 'ValueError',
      message: 'no luck',
      cell: 1
    });
  });

  it('is tried again with growing pauses, and its numbers count once', async () => {
    const code = [
      `import os; os.chdir("${bench.aside}")`,
      'say({"type": "metric", "name": "tries", "value": 1, "at": 0})',
      'n = os.path.exists("n") and len(open("n").read()) or 0',
      'open("n", "a").write("x")',
      'assert n >= 2, "not yet"'
    ].join('\n');
    const delays: number[] = [];
    const clock = {
      now: () => Date.now(),
      after(milliseconds: number, callback: () => void): () => void {
        // Only the pauses between attempts are cut short here.
        const isPause = milliseconds === 7000 || milliseconds === 10_000;
        if (isPause) delays.push(milliseconds);
        const timer = setTimeout(callback, isPause ? 0 : milliseconds);
        return () => clearTimeout(timer);
      }
    };
    const retries = { count: 2, backoffSeconds: 7, backoffFactor: 2, maxBackoffSeconds: 10 };
    const state = await run(
      steps({ flaky: { code, settings: { retries } } }),
      {},
      bench.engine({ clock })
    );
    expect(phasesOf(state)).toEqual({ flaky: 'succeeded' });
    expect(stepState(state, 'flaky')).toMatchObject({ attempts: 3, error: null });
    expect(delays).toEqual([7000, 10_000]);
    expect(state.metrics.get('tries')?.points.length).toBe(1);
  });

  it('fails when all its tries have failed', async () => {
    const retries = { count: 1, backoffSeconds: 0, backoffFactor: 1, maxBackoffSeconds: 0 };
    const state = await run(steps({ bad: { code: '1 / 0', settings: { retries } } }));
    expect(phasesOf(state)).toEqual({ bad: 'failed' });
    expect(stepState(state, 'bad')?.attempts).toBe(2);
  });

  it('is ended by its time limit', async () => {
    const state = await run(steps({ slow: { code: FOREVER, settings: { timeoutSeconds: 0.2 } } }));
    expect(state.error).toMatchObject({ step: 'slow', code: 'timeout' });
  });

  it.each([
    ['exits', 'import os\nos._exit(3)', /ended without a word|exited/],
    ['is killed', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)', /signal 9/],
    [
      'kills its supervisor',
      'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass',
      /without a word/
    ],
    [
      'speaks rubbish',
      'engine.sendall(b"rubbish\\n")\nwhile True: pass',
      /does not understand.*rubbish/
    ],
    [
      'breaks the schema',
      'say({"type": "metric", "name": 7})\nwhile True: pass',
      /does not understand/
    ]
  ])('says so when its process %s', async (_, code, message) => {
    const state = await run(steps({ a: { code } }));
    expect(phasesOf(state)).toEqual({ a: 'failed' });
    expect(state.error?.message).toMatch(message);
  });
});

describe('a folder that goes away', () => {
  it('fails the steps that need it, not the engine', async () => {
    const pipeline = steps({
      bad: { code: `import shutil\nshutil.rmtree(${JSON.stringify(bench.folder)})` },
      after: { code: 'pass', after: ['bad'] }
    });
    const state = await run(pipeline);
    expect(phasesOf(state)['after']).toBe('failed');
    expect(events(state).at(-1)).toMatchObject({ type: 'run-finished', state: 'failed' });
  });
});

describe('cancelling', () => {
  const pipeline = steps({ slow: { code: FOREVER }, after: { code: 'pass', after: ['slow'] } });

  async function startWaiting(engine: Engine): Promise<RunHandle> {
    const handle = await engine.start(runRequest(bench.folder, pipeline));
    await eventually(bench.stores, handle.id, printed('slow', 'waiting'));
    return handle;
  }

  it('ends what runs and does not start what waits', async () => {
    const handle = await startWaiting(bench.engine());
    handle.cancel();
    handle.cancel();
    const state = await handle.finished;
    expect(state.phase).toBe('cancelled');
    expect(phasesOf(state)).toEqual({ slow: 'cancelled', after: 'cancelled' });
  });

  it('works from another engine on the same store', async () => {
    const handle = await startWaiting(bench.engine());
    await bench.engine().cancel(handle.id);
    expect((await handle.finished).phase).toBe('cancelled');
  });

  it('leaves no process behind when the engine closes', async () => {
    const engine = bench.engine();
    const handle = await startWaiting(engine);
    const [lease] = bench.stores.leases.all();
    expect(marked(lease?.owner.instance ?? '').length).toBeGreaterThan(0);
    await engine.close();
    expect((await handle.finished).phase).toBe('cancelled');
    expect(marked(lease?.owner.instance ?? '')).toEqual([]);
  });

  it('does nothing to a run that is over', async () => {
    const engine = bench.engine();
    const state = await run(chain(), {}, engine);
    await engine.cancel(state.id);
    expect(events(state).at(-1)?.type).toBe('run-finished');
  });
});

describe('resuming', () => {
  it('keeps what succeeded and executes the rest', async () => {
    const engine = bench.engine();
    const flaky = `import os\nassert os.path.exists("${bench.aside}/go")\nb = a + 1`;
    const pipeline = steps({
      first: { code: `open("${bench.aside}/count", "a").write("1")\na = 1`, outputs: ['a'] },
      second: { code: flaky, after: ['first'], takes: { a: ['first'] }, outputs: ['b'] },
      third: { code: 'print(b)', after: ['second'], takes: { b: ['second'] } }
    });
    const failed = await run(pipeline, {}, engine);
    expect(phasesOf(failed)).toEqual({ first: 'succeeded', second: 'failed', third: 'skipped' });
    writeFileSync(join(bench.aside, 'go'), '');
    const handle = await engine.resume(failed.id, { interpreter: interpreter() });
    const state = await handle.finished;
    expect(state.phase).toBe('succeeded');
    expect(stepState(state, 'second')?.attempts).toBe(2);
    expect(text(state, 'third')).toBe('2\n');
    expect(readFileSync(join(bench.aside, 'count'), 'utf8')).toBe('1');
  });

  it('refuses a run that has succeeded, one that goes on, and one that is not there', async () => {
    const engine = bench.engine();
    const { id } = await run(chain(), {}, engine);
    const context = { interpreter: interpreter() };
    await expect(engine.resume(id, context)).rejects.toMatchObject({ code: 'run-complete' });
    await expect(engine.resume('none', context)).rejects.toMatchObject({ code: 'run-unknown' });
    const going = await engine.start(runRequest(bench.folder, steps({ slow: { code: FOREVER } })));
    await expect(bench.engine().resume(going.id, context)).rejects.toMatchObject({
      code: 'run-owned'
    });
    going.cancel();
    await going.finished;
  });
});

describe('versions of a value', () => {
  const join = (left: string, right: string, ancestor = 'x = {"v": 0}'): Pipeline =>
    steps({
      top: { code: ancestor, outputs: ['x'] },
      left: { code: left, after: ['top'], takes: { x: ['top'] }, outputs: ['x'] },
      right: { code: right, after: ['top'], takes: { x: ['top'] }, outputs: ['x'] },
      below: {
        code: 'print(x)',
        after: ['left', 'right'],
        takes: { x: ['top', 'left', 'right'] }
      }
    });

  it('takes the branch that changed it', async () => {
    expect(text(await run(join('x["v"] = 1', 'pass')), 'below')).toBe("{'v': 1}\n");
    expect(text(await run(join('pass', 'x["v"] = 2')), 'below')).toBe("{'v': 2}\n");
    expect(text(await run(join('pass', 'pass')), 'below')).toBe("{'v': 0}\n");
  });

  it('takes equal changes as one', async () => {
    expect(text(await run(join('x["v"] = 3', 'x["v"] = 3')), 'below')).toBe("{'v': 3}\n");
  });

  it('fails a join of different changes, naming both steps and the name', async () => {
    const state = await run(join('x["v"] = 1', 'x["v"] = 2'));
    expect(state.error).toMatchObject({ step: 'below', code: 'conflict' });
    expect(state.error?.message).toMatch(/"x" was changed in "left" and "right"/);
  });

  it('takes along what shares an object with an input, and its changes', async () => {
    const pipeline = steps({
      top: { code: 'x = [1]; y = x; shared = [["x", "y"]]', outputs: ['x', 'y'] },
      change: {
        code: 'x.append(2); y = x; shared = [["x", "y"]]',
        after: ['top'],
        takes: { x: ['top'] },
        outputs: ['x']
      },
      below: {
        code: 'print(y)',
        after: ['top', 'change'],
        takes: { y: ['top'] }
      }
    });
    expect(text(await run(pipeline), 'below')).toBe('[1, 2]\n');
  });

  it('gives a function the names that it reads', async () => {
    const pipeline = steps({
      top: {
        code: 'f = "reads g"; g = 5; uses = {"f": ["g"]}',
        outputs: ['f'],
        leaves: ['g']
      },
      below: { code: 'print(f, g)', after: ['top'], takes: { f: ['top'] } }
    });
    expect(text(await run(pipeline), 'below')).toBe('reads g 5\n');
  });

  it('passes hidden state on, and warns where two branches changed it', async () => {
    const pipeline = steps({
      seed: { code: 'hidden["@random"] = 1' },
      left: { code: 'hidden["@random"] = 2', after: ['seed'] },
      right: { code: 'hidden["@random"] = 3', after: ['seed'] },
      other: { code: 'print(hidden)', after: ['seed'] },
      below: { code: 'print(hidden)', after: ['left', 'right'] },
      last: { code: 'print(hidden)', after: ['below', 'left'] }
    });
    const state = await run(pipeline);
    expect(text(state, 'other')).toBe("{'@random': 1}\n");
    expect(text(state, 'below')).toBe("{'@random': 3}\n");
    expect(text(state, 'last')).toBe("{'@random': 3}\n");
    expect(state.warnings.toArray().map(({ code }) => code)).toEqual(['hidden-state-conflict']);
  });

  it('leaves a name alone that its provider did not bind', async () => {
    const pipeline = steps({
      top: { code: 'pass', outputs: ['x'] },
      below: { code: 'print("x" in globals())', after: ['top'], takes: { x: ['top'] } }
    });
    const state = await run(pipeline);
    expect(text(state, 'below')).toBe('False\n');
    expect(state.warnings.toArray()).toMatchObject([{ code: 'input-not-bound', step: 'below' }]);
  });

  it('fails a step whose input could not be kept', async () => {
    const pipeline = steps({
      top: { code: 'x = 1; refuse = {"x": "it is a lock"}', leaves: ['x'] },
      below: { code: 'pass', after: ['top'], takes: { x: ['top'] } }
    });
    const state = await run(pipeline);
    expect(state.error).toMatchObject({ step: 'below', code: 'value-missing' });
    expect(state.error?.message).toContain('it is a lock');
  });
});

describe('reuse', () => {
  const counted = (step: string, code: string): string =>
    `open("${bench.aside}/ran", "a").write("${step}")\n${code}`;
  const ran = (): string => {
    const path = join(bench.aside, 'ran');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    rmSync(path, { force: true });
    return text;
  };
  const model = (changes: { a?: string; rate?: number; variables?: Record<string, string> } = {}) =>
    sketchPipeline({
      parameters: { rate: changes.rate ?? 0.1 },
      steps: {
        load: { code: counted('l', changes.a ?? 'a = 1'), outputs: ['a'] },
        train: {
          code: counted(
            't',
            'm = a * rate; print("trained")\nsay({"type": "metric", "name": "loss", "value": m, "at": 1})'
          ),
          after: ['load'],
          takes: { a: ['load'] },
          outputs: ['m'],
          parameters: ['rate'],
          settings: { environment: changes.variables ?? {} }
        },
        report: { code: counted('r', 'print(m)'), after: ['train'], takes: { m: ['train'] } }
      }
    });

  it('takes every step whose code and inputs are the same, with its outputs and metrics', async () => {
    const before = await run(model());
    expect(ran()).toBe('ltr');
    const state = await run(model());
    expect(ran()).toBe('');
    expect(phasesOf(state)).toEqual({ load: 'cached', train: 'cached', report: 'cached' });
    expect(text(state, 'train')).toBe('trained\n');
    expect(state.metrics.get('loss')?.last).toBe(0.1);
    expect(stepState(state, 'train')).toMatchObject({
      reusedFrom: before.id,
      why: 'nothing that it depends on has changed'
    });
    expect(stepState(state, 'train')?.values).toEqual(stepState(before, 'train')?.values);
  });

  it('says why a step is executed', async () => {
    await run(model());
    expect(whys(await run(model({ rate: 0.2 })))).toMatchObject({
      load: 'nothing that it depends on has changed',
      train: 'parameter rate changed 0.1 -> 0.2',
      report: 'input m changed'
    });
    expect(whys(await run(model({ a: 'a = 2' })))).toMatchObject({
      load: 'its code changed',
      train: 'parameter rate changed 0.2 -> 0.1; input a changed'
    });
    expect(whys(await run(model({ variables: { A: '1' } })))).toMatchObject({
      train: 'input a changed; its environment variables changed'
    });
    const python = { ...interpreter(), fingerprint: 'environment-2' };
    const { finished } = await bench.engine().start(runRequest(bench.folder, model(), {}, python));
    expect(whys(await finished)['load']).toBe('the Python environment changed');
  });

  it('cuts off where a changed step leaves the same', async () => {
    await run(model());
    ran();
    const state = await run(model({ a: 'a = 2 - 1' }));
    expect(ran()).toBe('l');
    expect(phasesOf(state)).toEqual({ load: 'succeeded', train: 'cached', report: 'cached' });
  });

  it('is off for a run or a step that says so', async () => {
    await run(model());
    const state = await run(model(), { cache: false });
    expect(whys(state)['load']).toBe('reuse is switched off for this run');
    const never = steps({ a: { code: 'pass', settings: { cache: false } } });
    await run(never);
    expect(whys(await run(never))).toEqual({ a: 'cache: disabled' });
  });

  it('runs a step again whose result does not hold what a later step has come to take', async () => {
    const first: StepSketch = { code: 'a = 1', outputs: [] };
    const second: StepSketch = { code: 'b = a', after: ['first'], takes: { a: ['first'] } };
    await run(steps({ first }));
    const state = await run(steps({ first: { ...first, outputs: ['a'] }, second }));
    expect(phasesOf(state)).toEqual({ first: 'succeeded', second: 'succeeded' });
    expect(whys(state)['first']).toContain('"a", which a later step now takes');
  });

  it('does not take a result whose stored value is gone', async () => {
    await run(chain());
    const values = bench.stores.values.folder;
    readdirSync(values).forEach(name => rmSync(join(values, name)));
    const state = await run(chain());
    expect(whys(state)['first']).toBe('the stored value of "a" is gone');
    expect(state.phase).toBe('succeeded');
  });

  it('survives the run that it was made in as long as another one uses it', async () => {
    const first = await run(model());
    const second = await run(model());
    bench.stores.runs.delete(first.id);
    bench.stores.collectGarbage(() => false);
    const third = await run(model());
    expect(phasesOf(third)['train']).toBe('cached');
    expect(stepState(third, 'train')?.reusedFrom).toBe(second.id);
    expect(text(third, 'train')).toBe('trained\n');
    bench.stores.runs.delete(second.id);
    bench.stores.runs.delete(third.id);
    expect(bench.stores.collectGarbage(() => false).files).toBeGreaterThan(0);
    expect(readdirSync(bench.stores.values.folder)).toEqual([]);
    expect(whys(await run(model()))['train']).toBe('no earlier result');
  });

  describe('with --from and --only', () => {
    it('takes the latest results that hold', async () => {
      await run(model());
      ran();
      const from = await run(model(), { from: 'train' });
      // What "train" left is as it was, and "report" runs again all the same.
      expect(ran()).toBe('tr');
      expect(phasesOf(from)).toEqual({ load: 'cached', train: 'succeeded', report: 'succeeded' });
      expect(whys(from)).toMatchObject({
        train: 'asked for',
        report: 'it depends on "train", asked for'
      });
      const only = await run(model(), { only: 'train' });
      expect(ran()).toBe('t');
      expect(phasesOf(only)).toEqual({ load: 'cached', train: 'succeeded', report: 'skipped' });
      expect(whys(only)).toMatchObject({ train: 'asked for', report: 'not asked for' });
      expect(only.phase).toBe('succeeded');
    });

    it('takes what a step left that is never reused by itself', async () => {
      const never = steps({
        a: { code: 'x = 1', settings: { cache: false }, outputs: ['x'] },
        b: { code: 'print(x)', after: ['a'], takes: { x: ['a'] } }
      });
      await run(never);
      expect(phasesOf(await run(never, { from: 'b' }))).toEqual({ a: 'cached', b: 'succeeded' });
    });

    it('takes what a named run left, whether or not it holds', async () => {
      const base = await run(model({ a: 'a = 100' }));
      await run(model());
      const state = await run(model(), { only: 'report', base: base.id });
      expect(text(state, 'report')).toBe('10.0\n');
      expect(whys(state)['load']).toBe(`taken from the run ${base.id}`);
    });

    it('names what is missing before there is a run', async () => {
      const engine = bench.engine();
      const start = (options: Partial<RunOptions>): Promise<RunHandle> =>
        engine.start(runRequest(bench.folder, model(), options));
      await expect(start({ only: 'report' })).rejects.toMatchObject({
        code: 'missing-results',
        message: expect.stringMatching(
          /"load": no earlier result; "train": a step above it is missing/
        )
      });
      await expect(start({ from: 'trian' })).rejects.toMatchObject({
        code: 'step-unknown',
        message: expect.stringContaining('"train"')
      });
      await expect(start({ only: 'train', base: 'none' })).rejects.toMatchObject({
        code: 'run-unknown'
      });
      expect(bench.stores.runs.list()).toEqual([]);
    });
  });
});

describe('code on a state', () => {
  it('sees what the step left, or what it got, and changes nothing', async () => {
    const engine = bench.engine();
    const pipeline = steps({
      top: { code: 'x = [1]', outputs: ['x'] },
      next: {
        code: 'x.append(2); y = 5',
        after: ['top'],
        takes: { x: ['top'] },
        outputs: ['x'],
        leaves: ['y']
      }
    });
    const state = await run(pipeline, {}, engine);
    const execute = async (code: string, before: boolean) => {
      const output: string[] = [];
      const result = await engine.execute(
        { interpreter: interpreter(), run: state.id, step: 'next', code, before },
        body => body.type === 'output' && output.push(body.text)
      );
      return { ...result, output: output.join('') };
    };
    expect(await execute('print(x, y)', false)).toMatchObject({
      state: 'succeeded',
      output: '[1, 2] 5\n'
    });
    expect(await execute('print(x, "y" in globals()); x.append(3)', true)).toMatchObject({
      output: '[1] False\n'
    });
    expect(await execute('1 / 0', false)).toMatchObject({
      state: 'failed',
      error: { type: 'ZeroDivisionError' }
    });
    expect(events(state).at(-1)).toMatchObject({ type: 'run-finished' });
  });

  it('needs a step that is there and has finished', async () => {
    const engine = bench.engine();
    const { id } = await run(steps({ bad: { code: '1 / 0' } }), {}, engine);
    const execute = (step: string) =>
      engine.execute(
        { interpreter: interpreter(), run: id, step, code: 'pass', before: false },
        () => undefined
      );
    await expect(execute('none')).rejects.toMatchObject({ code: 'step-unknown' });
    await expect(execute('bad')).rejects.toMatchObject({ code: 'step-unfinished' });
  });
});
