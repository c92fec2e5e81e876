import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import type { Pipeline } from '@chard/core/pipeline';
import { fold, initialRunState, stepState, type RunState } from '@chard/core/run';
import { buildSync } from 'esbuild';
import { openStores } from '../../stores';
import { systemClock, type Clock } from './clock';
import { createLocalEngine } from './engine';
import { REST_MILLISECONDS } from './processes/launcher';
import { marked } from './processes/sweep';
import { Bench, FAKE_RUNNER, REAL_RUNNER, interpreter, PYTHON, runRequest } from './testing/bench';
import { eventually, outputOf, phasesOf, printed } from './testing/observe';
import { sketchPipeline, type StepSketch } from './testing/pipelines';

jest.setTimeout(180_000);

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

const steps = (sketches: Record<string, StepSketch>): Pipeline =>
  sketchPipeline({ steps: sketches });

/** Adds a mark to a file of the step's own, every time its code runs. */
const counting = (name: string, code = ''): string =>
  `open(${JSON.stringify(join(bench.aside, name))}, "a").write("x")\n${code}`;
const count = (name: string): number => {
  const path = join(bench.aside, name);
  return existsSync(path) ? readFileSync(path, 'utf8').length : 0;
};

const stateOf = (run: string): RunState => fold(initialRunState, bench.stores.runs.read(run));

/** An engine in a process of its own, on this store. */
function startEngineProcess(
  pipeline: Pipeline,
  options: { killAt?: number; runnerFolder?: string } = {}
): ChildProcess {
  const script = join(bench.aside, 'engine.mjs');
  const sketch = join(bench.aside, 'pipeline.json');
  if (!existsSync(script)) {
    buildSync({
      entryPoints: [join(__dirname, 'testing/engineProcess.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      banner: {
        js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"
      }
    });
  }
  writeFileSync(sketch, JSON.stringify(pipeline));
  const order = {
    home: bench.stores.home,
    notebook: join(bench.folder, 'notebook.ipynb'),
    pipeline: sketch,
    runnerFolder: options.runnerFolder ?? FAKE_RUNNER,
    python: PYTHON,
    parallel: 4,
    killAt: options.killAt ?? null
  };
  return spawn(process.execPath, ['--no-warnings', script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit']
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

it.each([
  ['stand-in', FAKE_RUNNER],
  ['real', REAL_RUNNER]
])(
  'loses nothing and repeats nothing when the engine is killed before any of its writes (%s runner)',
  async (_, runnerFolder) => {
    const pipeline = (turn: number): Pipeline =>
      steps({
        first: { code: counting(`first${turn}`, `a = ${turn}`), outputs: ['a'] },
        left: {
          code: counting(`left${turn}`, 'b = a + 1'),
          after: ['first'],
          takes: { a: ['first'] },
          outputs: ['b']
        },
        right: {
          code: counting(`right${turn}`, 'c = a + 2'),
          after: ['first'],
          takes: { a: ['first'] },
          outputs: ['c']
        },
        last: {
          code: 'print(b + c)',
          after: ['left', 'right'],
          takes: { b: ['left'], c: ['right'] }
        }
      });
    const survivor = bench.engine({ runnerFolder });
    const instances = new Set<string>();
    let killAt = 1;
    for (let wasKilled = true; wasKilled; killAt += 1) {
      const { code } = await ended(startEngineProcess(pipeline(killAt), { killAt, runnerFolder }));
      wasKilled = code === null;
      const leases = bench.stores.leases.all();
      const [record] = bench.stores.runs.list({ limit: 1 });
      await survivor.recover();
      leases.forEach(({ owner }) => instances.add(`chard-${owner.instance.slice(0, 12)}`));
      expect(leases.flatMap(({ owner }) => marked(owner.instance))).toEqual([]);
      expect(bench.stores.leases.all()).toEqual([]);
      // Killed before there was a run.
      if (record === undefined) continue;
      const before = stateOf(record.id);
      expect(bench.stores.runs.read(record.id).map(({ seq }) => seq)).toEqual(
        Array.from({ length: before.seq }, (_, index) => index + 1)
      );
      if (before.phase !== 'succeeded') {
        expect(before.phase).toBe('interrupted');
        const finished = before.steps.filter(({ phase }) => phase === 'succeeded');
        const counts = new Map(finished.map(({ name }) => [name, count(`${name}${killAt}`)]));
        const resumed = await survivor.resume(record.id, { interpreter: interpreter() });
        expect((await resumed.finished).phase).toBe('succeeded');
        for (const [name, times] of counts) {
          expect([name, count(`${name}${killAt}`)]).toEqual([name, times]);
          expect(times).toBeLessThanOrEqual(1);
        }
        expect(outputOf(bench.stores, record.id, 'last').endsWith(`${2 * killAt + 3}\n`)).toBe(
          true
        );
      }
      bench.stores.runs.delete(record.id);
    }
    expect(readdirSync(tmpdir()).filter(name => instances.has(name.slice(0, 18)))).toEqual([]);
    // Fewer would mean that the engine was not killed between its events at all.
    expect(killAt).toBeGreaterThan(15);
  }
);

it('ends what a killed engine left running, and marks the run', async () => {
  const child = startEngineProcess(
    steps({ slow: { code: 'print("waiting")\nimport time\nwhile True: time.sleep(1)' } })
  );
  const gone = ended(child);
  const record = await new Promise<string>(resolve => {
    const look = (): void => {
      const [run] = bench.stores.runs.list();
      if (run === undefined) return;
      stop();
      resolve(run.id);
    };
    const stop = bench.stores.runs.onChange(look);
    look();
  });
  await eventually(bench.stores, record, printed('slow', 'waiting'));
  const instance = bench.stores.leases.get(record)?.owner.instance ?? '';
  expect(marked(instance).length).toBeGreaterThan(0);
  const other = bench.engine();
  expect(await other.recover()).toEqual([]);
  child.kill('SIGKILL');
  await gone;
  expect(await other.recover()).toEqual([record]);
  expect(marked(instance)).toEqual([]);
  expect(phasesOf(stateOf(record))).toEqual({ slow: 'interrupted' });
  await other.cancel(record);
  expect(stateOf(record).phase).toBe('interrupted');
});

it('goes on with fresh processes when the fork server is killed', async () => {
  const engine = bench.engine();
  const go = join(bench.aside, 'go');
  const pipeline = steps({
    wait: {
      code: `import os, time\nprint("ppid", os.getppid(), flush=True)\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`
    },
    after: { code: 'print("done")', after: ['wait'] }
  });
  const handle = await engine.start(runRequest(bench.folder, pipeline));
  await eventually(bench.stores, handle.id, printed('wait', 'ppid'));
  const instance = bench.stores.leases.get(handle.id)?.owner.instance ?? '';
  // It is the first that the engine started.
  const forkServer = Math.min(...marked(instance));
  process.kill(forkServer, 'SIGKILL');
  writeFileSync(go, '');
  const state = await handle.finished;
  expect(phasesOf(state)).toEqual({ wait: 'succeeded', after: 'succeeded' });
});

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

it('starts a step anew where the supervisor that was made ready for it has been killed', async () => {
  const engine = bench.engine();
  const go = join(bench.aside, 'go');
  const pipeline = steps({
    wait: {
      code: `import os, time\nprint("ppid", os.getppid(), flush=True)\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`
    },
    after: { code: 'print("done")', after: ['wait'] }
  });
  const handle = await engine.start(runRequest(bench.folder, pipeline));
  await eventually(bench.stores, handle.id, printed('wait', 'ppid'));
  const instance = bench.stores.leases.get(handle.id)?.owner.instance ?? '';
  // The fork server, the step's supervisor and its process; then the one for the next step.
  while (marked(instance).length < 4) await nextTurn();
  const all = marked(instance);
  const parents = new Set(all.map(parentOf));
  const waiting = all.filter(pid => parentOf(pid) === Math.min(...all) && !parents.has(pid));
  expect(waiting).toHaveLength(1);
  process.kill(waiting[0] as number, 'SIGKILL');
  while (marked(instance).length > 3) await nextTurn();
  writeFileSync(go, '');
  const state = await handle.finished;
  expect(phasesOf(state)).toEqual({ wait: 'succeeded', after: 'succeeded' });
  expect(stepState(state, 'after')?.attempts).toBe(1);
});

it('ends what waits for a next step that does not come, and starts another one for a later step', async () => {
  let ring: (() => void) | null = null;
  const clock: Clock = {
    now: systemClock.now,
    after(milliseconds, callback) {
      if (milliseconds !== REST_MILLISECONDS) return systemClock.after(milliseconds, callback);
      ring = callback;
      return () => {
        if (ring === callback) ring = null;
      };
    }
  };
  const engine = bench.engine({ runnerFolder: REAL_RUNNER, clock });
  const pipeline = steps({ one: { code: 'x = 1' } });
  const request = runRequest(bench.folder, pipeline, { cache: false });
  const start = (number: number) =>
    engine.start({ ...request, trial: { experiment: 'exp', number } });
  const { id, finished } = await start(1);
  const instance = bench.stores.leases.get(id)?.owner.instance ?? '';
  expect(ring).toBeNull();
  expect((await finished).phase).toBe('succeeded');
  expect(marked(instance).length).toBeGreaterThan(1);
  expect(ring).not.toBeNull();
  (ring as (() => void) | null)?.();
  // What stays is the fork server.
  while (marked(instance).length > 1) await nextTurn();
  expect((await (await start(2)).finished).phase).toBe('succeeded');
  await engine.close();
  expect([ring, marked(instance)]).toEqual([null, []]);
});

it('closed at any moment, waits for no supervisor that was on its way', async () => {
  const timers = new Set<object>();
  const clock: Clock = {
    now: systemClock.now,
    after(milliseconds, callback) {
      const timer = {};
      timers.add(timer);
      const cancel = systemClock.after(milliseconds, callback);
      return () => {
        timers.delete(timer);
        cancel();
      };
    }
  };
  const pipeline = steps({ one: { code: 'x = 1' } });
  for (let wait = 0; wait < 24; wait += 1) {
    const engine = bench.engine({ clock });
    const { finished } = await engine.start({
      ...runRequest(bench.folder, pipeline, { cache: false }),
      trial: { experiment: 'exp', number: wait }
    });
    await finished;
    await setTimeout(wait / 4);
    await engine.close();
    await nextTurn();
    expect([wait, timers.size]).toEqual([wait, 0]);
  }
});

it('lets two engines work on one store at once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const pipeline = (mark: string): Pipeline =>
    steps(
      Object.fromEntries(
        names.map(name => [name, { code: `x = "${mark}${name}"\nprint(x)`, outputs: ['x'] }])
      )
    );
  const children = ['1', '2'].map(mark => ended(startEngineProcess(pipeline(mark))));
  const own = await bench.engine().start(runRequest(bench.folder, pipeline('3')));
  expect((await own.finished).phase).toBe('succeeded');
  for (const { code, output } of await Promise.all(children)) {
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ phase: 'succeeded' });
  }
  const runs = bench.stores.runs.list();
  expect(runs.map(({ phase }) => phase)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

it('takes a step that prints a lot without filling memory or the log', async () => {
  const megabytes = 64;
  const engine = bench.engine();
  const lines = 'line = "y" * 1023 + "\\n"';
  const pipeline = steps({
    loud: { code: `${lines}\nfor _ in range(${megabytes * 1024}): print(line, end="")` }
  });
  const before = process.memoryUsage().rss;
  const { finished, id } = await engine.start(runRequest(bench.folder, pipeline));
  let peak = 0;
  const stop = bench.stores.runs.onChange(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  });
  const state = await finished;
  stop();
  expect(state.phase).toBe('succeeded');
  let bytes = 0;
  let events = 0;
  for (let after = 0; ;) {
    const page = bench.stores.runs.read(id, { after, limit: 100 });
    if (page.length === 0) break;
    after = page.at(-1)?.seq ?? after;
    for (const event of page) {
      if (event.type !== 'output') continue;
      bytes += event.text.length;
      events += 1;
    }
  }
  expect(bytes).toBe(megabytes * 2 ** 20);
  // Tens of thousands of messages, in pieces of up to 64 KiB.
  expect(events).toBeLessThan((megabytes * 2 ** 20) / 2 ** 14);
  expect(peak - before).toBeLessThan(400 * 2 ** 20);
});

it('needs no more memory and time for a step of a pipeline of 1,000 steps, 50 wide', async () => {
  const sketches: Record<string, StepSketch> = {};
  for (let row = 0; row < 20; row += 1) {
    for (let column = 0; column < 50; column += 1) {
      const name = `s${row}_${column}`;
      const columns = [column, (column + 1) % 50].sort((a, b) => a - b);
      const parents = row === 0 ? [] : columns.map(each => `s${row - 1}_${each}`);
      const sum = parents.map(parent => `x_${parent}`).join(' + ') || '1';
      sketches[name] = {
        code: `x_${name} = ${sum}`,
        after: parents,
        takes: Object.fromEntries(parents.map(parent => [`x_${parent}`, [parent]])),
        outputs: [`x_${name}`]
      };
    }
  }
  const { code, output } = await ended(startEngineProcess(steps(sketches)));
  expect(code).toBe(0);
  const { id, phase, peak } = JSON.parse(output) as { id: string; phase: string; peak: number };
  expect(phase).toBe('succeeded');
  expect(peak).toBeLessThan(300 * 2 ** 20);
  const ends = bench.stores.runs
    .read(id)
    .flatMap(event => (event.type === 'step-finished' ? [event.time] : []));
  const median = (from: number): number => {
    const gaps = ends
      .slice(from, from + 250)
      .map((end, index) => end - (ends[from + index - 1] ?? end));
    return gaps.sort((a, b) => a - b)[125] ?? 0;
  };
  // Other processes of a loaded machine blur this; a quadratic engine would be far beyond it.
  expect(median(750)).toBeLessThan(5 * Math.max(median(1), 5));
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

(canMount ? it : it.skip)(
  'says so when the disk is full (needs root: mounts a small disk)',
  async () => {
    const disk = join(bench.aside, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    expect(mounted.stderr.toString()).toBe('');
    try {
      const stores = openStores(join(disk, 'home'));
      const engine = createLocalEngine({ stores, runnerFolder: FAKE_RUNNER });
      const loud = steps({ loud: { code: 'while True: print("z" * 10000)' } });
      const handle = await engine.start(runRequest(bench.folder, loud));
      const instance = stores.leases.get(handle.id)?.owner.instance ?? '';
      await expect(handle.finished).rejects.toMatchObject({
        code: 'store-full',
        message: expect.stringContaining('chard runs delete')
      });
      // Until the fork server is alone; were a step left, this would never end.
      while (marked(instance).length > 1) await nextTurn();
      await engine.close();
      expect(marked(instance)).toEqual([]);
      stores.close();
    } finally {
      spawnSync('umount', [disk]);
    }
  }
);
