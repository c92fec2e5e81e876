import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_STEP } from '@chard/core/pipeline';
import { stepState } from '@chard/core/run';
import { interpreter, REAL_RUNNER } from '../engines/local/testing/bench';
import { itWithOverlays } from '../engines/local/testing/overlays';
import { sketchVolume } from '../engines/local/testing/volume';
import { PURPOSE } from '../runs/runSnapshot';
import { readState } from '../runs/readLog';
import { openSnapshotStore, type SnapshotStore } from '../snapshots';
import type { ExperimentEngine } from './experimentEngine';
import { freezing } from './freeze';
import { removeExperiment } from './remove';
import { readExperimentState } from './read';
import { ExperimentBench } from './testing/experimentBench';
import { listSuggester } from './testing/listSuggester';
import { tuned, xs } from './testing/sketch';

// Python starts, and snapshots go to the disk.
jest.setTimeout(120_000);

let bench: ExperimentBench;
let snapshots: SnapshotStore;
let experiments: ExperimentEngine;
const open = listSuggester(xs(1, 2, 3, 4)).open;
beforeEach(() => {
  bench = new ExperimentBench();
  snapshots = openSnapshotStore(bench.stores.home);
  experiments = bench.experiments(open, {
    engine: bench.engine({ runnerFolder: REAL_RUNNER, snapshots: () => snapshots }),
    snapshots: () => snapshots
  });
  writeFileSync(bench.notebook, '{}');
  writeFileSync(join(bench.folder, 'rate.txt'), '7');
});
afterEach(async () => {
  await bench.close();
  await snapshots.dispose();
});

const freeze = freezing({ snapshots: () => snapshots, isAllowed: () => true });
const context = { interpreter: interpreter() };

async function tune(pipeline = tuned(), frozen: boolean | null = null) {
  const settled = { ...pipeline, snapshotVolumes: frozen };
  const snapshot = await freeze({ notebook: bench.notebook, pipeline: settled, context });
  const spec = { maxTrialCount: 4, parallelTrialCount: 2, maxFailedTrialCount: 0 };
  return bench.start(experiments, { spec, pipeline: settled, snapshot });
}

itWithOverlays('gives each trial a clone of the volumes, which stay as they are', async () => {
  const data = join(bench.aside, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'rate.txt'), '7');
  const train = [
    'import os',
    `os.chdir(${JSON.stringify(data)})`,
    'assert os.listdir(".") == ["rate.txt"], "another trial was here"',
    'open("left.txt", "w").write(str(x))',
    'loss = int(open("rate.txt").read()) + x'
  ].join('\n');
  const volume = sketchVolume({ folder: data });
  const state = await (await tune({ ...tuned({ train }), volumes: [volume] })).finished;
  expect([state.phase, state.message]).toEqual(['succeeded', '']);
  expect(state.trials.map(({ values }) => values['loss'])).toEqual([8, 9, 10, 11]);
  expect(readdirSync(data)).toEqual(['rate.txt']);
});

it('lets all trials work on the folder as it was, where none sees what another writes', async () => {
  const train = [
    'import os',
    'assert not os.path.exists("left.txt"), "another trial was here"',
    'open("left.txt", "w").write(str(x))',
    'loss = int(open("rate.txt").read()) + x'
  ].join('\n');
  const handle = await tune(tuned({ train }));
  writeFileSync(join(bench.folder, 'rate.txt'), '900');
  const state = await handle.finished;
  expect([state.phase, state.message]).toEqual(['succeeded', '']);
  expect(state.trials.map(({ values }) => values['loss'])).toEqual([8, 9, 10, 11]);
  expect(existsSync(join(bench.folder, 'left.txt'))).toBe(false);
  const runs = state.trials.map(({ run }) => readState(bench.stores, run ?? ''));
  expect(runs.map(({ snapshot }) => snapshot?.id)).toEqual(Array(4).fill(state.snapshot?.id));
  expect(await snapshots.list()).toHaveLength(1);
});

it('still lets trials share the steps that their values do not touch', async () => {
  const state = await (await tune()).finished;
  expect(state.trials.filter(({ reusedSteps }) => reusedSteps.includes('prepare'))).toHaveLength(3);
  const [first] = state.trials;
  const run = readState(bench.stores, first?.run ?? '');
  expect(stepState(run, METRICS_STEP)?.phase).toBe('succeeded');
});

it('keeps the snapshot until nobody needs it: neither the experiment nor a run', async () => {
  const { id } = await (await tune()).finished;
  const held = async () => (await snapshots.list()).map(({ pins }) => pins.length);
  expect(await held()).toEqual([5]);
  const kept = await removeExperiment(bench.stores, () => snapshots, id, 'keep');
  expect(kept.runs).toBe(0);
  expect(await held()).toEqual([4]);

  const again = await (await tune()).finished;
  expect(again.snapshot?.id).toBe((await snapshots.list())[0]?.id);
  await removeExperiment(bench.stores, () => snapshots, again.id, 'delete');
  expect(await held()).toEqual([4]);
});

it('removes what was taken for trials with the last of them', async () => {
  const { id } = await (await tune()).finished;
  const [taken] = await snapshots.list();
  expect(taken?.labels[PURPOSE.label]).toBe(PURPOSE.run);
  const { runs, freed } = await removeExperiment(bench.stores, () => snapshots, id, 'delete');
  expect([runs, await snapshots.list()]).toEqual([4, []]);
  expect(freed.bytes).toBeGreaterThan(0);
});

it("works in the notebook's folder itself where the notebook wants no snapshot", async () => {
  const train = 'open(f"left-{int(x)}.txt", "w").write("x")\nloss = x';
  const state = await (await tune(tuned({ train }), false)).finished;
  expect([state.phase, state.snapshot]).toEqual(['succeeded', null]);
  expect(existsSync(join(bench.folder, 'left-1.txt'))).toBe(true);
  expect(await snapshots.list()).toEqual([]);
  expect(readExperimentState(bench.stores, state.id).snapshot).toBeNull();
});

it('does not begin on a snapshot that is not there, and leaves nothing behind', async () => {
  const snapshot = await freeze({ notebook: bench.notebook, pipeline: tuned(), context });
  await snapshots.remove(snapshot?.id ?? '');
  const start = bench.start(experiments, { snapshot });
  await expect(start).rejects.toMatchObject({ code: 'snapshot-unknown' });
  expect(bench.stores.experiments.list()).toEqual([]);
});
