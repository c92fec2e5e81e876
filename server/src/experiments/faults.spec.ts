import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTrialOver, type ExperimentState } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import { buildSync } from 'esbuild';
import { FAKE_RUNNER } from '../engines/local/testing/bench';
import { ExperimentBench } from './testing/experimentBench';
import { listSuggester } from './testing/listSuggester';
import { tuned, xs } from './testing/sketch';

jest.setTimeout(300_000);

const VALUES = [1, 2, 3];

const folder = mkdtempSync(join(tmpdir(), 'chard-experiment-'));
const script = join(folder, 'experiment.mjs');
beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, 'testing/experimentProcess.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    define: { __VERSION__: '"0"' },
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"
    }
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let bench: ExperimentBench;
beforeEach(() => {
  bench = new ExperimentBench();
});
afterEach(() => bench.close());

/** Each trial leaves a mark in a file of its own when it trains, so that one that is run twice has two; none trains before the gate is open. */
const marking = (): Pipeline =>
  tuned({
    train: [
      'import os, time',
      `while not os.path.exists(${JSON.stringify(gate())}): time.sleep(0.005)`,
      ...VALUES.map(x => `if x == ${x}: ${bench.marking(`trained-${x}`)}`),
      'loss = (x - 3) ** 2'
    ].join('\n')
  });
const gate = (): string => join(bench.aside, 'gate');
const openGate = (): void => writeFileSync(gate(), '');
const marks = (x: number): number => bench.marks(`trained-${x}`);

/** Runs the experiment in a process of its own. @returns the number of its writes; null where it was killed. */
function runAside(killAt: number | null, change: object = {}): number | null {
  const pipeline = join(bench.aside, 'pipeline.json');
  writeFileSync(pipeline, JSON.stringify(marking()));
  const order = {
    home: bench.stores.home,
    notebook: bench.notebook,
    pipeline,
    runnerFolder: FAKE_RUNNER,
    values: VALUES,
    spec: { maxTrialCount: VALUES.length },
    killAt,
    diesWithTrial: false,
    stopsFirst: false,
    ...change
  };
  const { signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', script, JSON.stringify(order)],
    { encoding: 'utf8' }
  );
  if (signal === 'SIGKILL') return null;
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { writes: number }).writes;
}

/** Goes on with the only experiment, as a server does when it starts. */
async function goOn(): Promise<ExperimentState> {
  const engine = bench.experiments(listSuggester(xs(...VALUES)).open);
  const { id } = onlyExperiment();
  engine.recover();
  const { finished } = await engine.resume(id);
  return finished;
}

const onlyExperiment = () => {
  const [found, ...others] = bench.stores.experiments.list();
  if (found === undefined || others.length > 0) throw new Error('there is not one experiment');
  return found;
};

it('killed before any of its writes, an experiment goes on and loses or repeats no finished trial', async () => {
  openGate();
  const writes = runAside(null) ?? 0;
  expect(bench.state(onlyExperiment().id).tally.succeeded).toBe(VALUES.length);
  // The first write makes the experiment; the last lets go of what is over. In between, every few of them.
  const step = Math.max(1, Math.floor(writes / 8));
  for (let killAt = 2; killAt < writes; killAt += step) {
    await bench.close();
    bench = new ExperimentBench();
    openGate();
    // How many writes there are depends on what ends first: the last of them may not come in another run.
    if (runAside(killAt) !== null) {
      expect(killAt).toBeGreaterThan(writes - step);
      break;
    }
    const before = bench.state(onlyExperiment().id);
    const finished = before.trials.filter(({ phase }) => isTrialOver(phase));
    if (before.phase === 'succeeded') continue;
    const state = await goOn();
    expect([killAt, state.phase, state.tally.succeeded]).toEqual([killAt, 'succeeded', 3]);
    for (const { number, values, run } of finished) {
      expect(state.trials[number - 1]).toMatchObject({ values, run });
      expect([killAt, number, marks(VALUES[number - 1] ?? 0)]).toEqual([killAt, number, 1]);
    }
    expect(state.trials.map(({ parameters }) => parameters['x'])).toEqual(VALUES);
    expect(bench.stores.runs.list({ experiment: state.id })).toHaveLength(VALUES.length);
    expect(bench.stores.experiments.leases.all()).toEqual([]);
  }
});

it('cut off while it waits for its last trials, an experiment lets them finish', async () => {
  const spec = { maxTrialCount: 3, parallelTrialCount: 1 };
  expect(runAside(null, { diesWithTrial: true, stopsFirst: true, spec })).toBeNull();
  const { id } = onlyExperiment();
  expect(bench.state(id).phase).toBe('stopping');
  openGate();
  const state = await goOn();
  expect(state).toMatchObject({ phase: 'stopped', reason: 'stopped' });
  expect(state.trials.map(({ phase }) => phase)).toEqual(['succeeded']);
  // What was killed may have come through the gate before it went.
  expect(marks(1)).toBeGreaterThan(0);
});

it('stopped while nobody runs it, an experiment leaves no trial without an end', async () => {
  expect(runAside(null, { diesWithTrial: true })).toBeNull();
  const engine = bench.experiments(listSuggester(xs(...VALUES)).open);
  const { id } = onlyExperiment();
  engine.recover();
  const before = bench.state(id);
  expect(before.phase).toBe('interrupted');
  expect(before.trials.some(({ phase }) => !isTrialOver(phase))).toBe(true);
  engine.ask(id, { type: 'stop', trials: 'cancel' });
  const state = bench.state(id);
  expect(state).toMatchObject({ phase: 'stopped', reason: 'stopped' });
  expect(state.trials.map(({ phase }) => isTrialOver(phase))).not.toContain(false);
  expect(bench.stores.experiments.leases.all()).toEqual([]);
});
