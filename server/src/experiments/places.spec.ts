import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { interpreter, REAL_RUNNER } from '../engines/local/testing/bench';
import { openSnapshotStore, type SnapshotStore } from '../snapshots';
import type { ExperimentEngine } from './experimentEngine';
import { freezing } from './freeze';
import { ExperimentBench } from './testing/experimentBench';
import { listSuggester } from './testing/listSuggester';
import { tuned, xs } from './testing/sketch';

// Python starts, and snapshots go to the disk.
jest.setTimeout(120_000);

let bench: ExperimentBench;
let snapshots: SnapshotStore;
beforeEach(() => {
  bench = new ExperimentBench();
  snapshots = openSnapshotStore(bench.stores.home);
  writeFileSync(bench.notebook, '{}');
  writeFileSync(join(bench.folder, 'rate.txt'), '7');
});
afterEach(async () => {
  await bench.close();
  await snapshots.dispose();
});

const engineOf = (): ExperimentEngine =>
  bench.experiments(listSuggester(xs(1, 2, 3, 4)).open, {
    engine: bench.engine({ runnerFolder: REAL_RUNNER, snapshots: () => snapshots }),
    snapshots: () => snapshots
  });
const gate = (): string => join(bench.aside, 'gate');

/** Begins an experiment whose first trials train, and wait. */
async function startWaiting(experiments: ExperimentEngine, frozen: boolean, train: string) {
  const lines = [
    'import os, time',
    bench.marking('training'),
    `while not os.path.exists(${JSON.stringify(gate())}): time.sleep(0.01)`,
    train
  ];
  const settled = { ...tuned({ train: lines.join('\n') }), snapshotVolumes: frozen ? null : false };
  const freeze = freezing({ snapshots: () => snapshots, isAllowed: () => true });
  const context = { interpreter: interpreter() };
  const snapshot = await freeze({ notebook: bench.notebook, pipeline: settled, context });
  const spec = { maxTrialCount: 4, parallelTrialCount: 2, maxFailedTrialCount: 0 };
  const handle = await bench.start(experiments, { spec, pipeline: settled, snapshot });
  while (bench.marks('training') < 2) await pause(10);
  return handle;
}

it.each([
  ['moved', 'reads it', 'loss = int(open("rate.txt").read()) + x'],
  ['moved', 'does not look at it', 'loss = x'],
  ['removed', 'reads it', 'loss = int(open("rate.txt").read()) + x'],
  ['removed', 'asks where it is', 'os.getcwd()\nloss = x']
] as const)(
  "a notebook's folder that is %s while a trial in it %s is no fault of the trial",
  async (how, _, train) => {
    const experiments = engineOf();
    const { id, finished } = await startWaiting(experiments, false, train);
    const aside = `${bench.folder}-aside`;
    if (how === 'moved') renameSync(bench.folder, aside);
    else rmSync(bench.folder, { recursive: true });
    writeFileSync(gate(), '');
    await expect(finished).rejects.toMatchObject({
      code: 'folder-unavailable',
      message: `The folder ${bench.folder} is not there any more. Put it back, then go on.`
    });
    const cut = bench.state(id);
    expect([cut.phase, cut.tally.failed]).toEqual(['interrupted', 0]);

    await expect(experiments.resume(id)).rejects.toMatchObject({ code: 'folder-unavailable' });
    expect(bench.state(id).seq).toBe(cut.seq);
    expect(existsSync(bench.folder)).toBe(false);
    if (how === 'moved') renameSync(aside, bench.folder);
    else {
      bench.makeFolder();
      writeFileSync(join(bench.folder, 'rate.txt'), '7');
    }
    const state = await (await experiments.resume(id)).finished;
    expect([state.phase, state.message, state.tally.succeeded]).toEqual(['succeeded', '', 4]);
    expect(bench.stores.runs.list({ experiment: id })).toHaveLength(4);
  }
);

it('a store of snapshots that is moved away is no fault of a trial, and none is made in its place', async () => {
  const experiments = engineOf();
  const { id, finished } = await startWaiting(experiments, true, 'loss = x');
  const store = join(bench.stores.home, 'snapshots');
  renameSync(store, `${store}-aside`);
  writeFileSync(gate(), '');
  await expect(finished).rejects.toMatchObject({
    code: 'snapshot-unknown',
    message: expect.stringContaining(`${store} was removed or moved, put it back`)
  });
  const cut = bench.state(id);
  expect([cut.phase, cut.tally.failed]).toEqual(['interrupted', 0]);
  expect(existsSync(store)).toBe(false);

  await expect(experiments.resume(id)).rejects.toMatchObject({ code: 'snapshot-unknown' });
  expect(bench.state(id).seq).toBe(cut.seq);
  renameSync(`${store}-aside`, store);
  const state = await (await experiments.resume(id)).finished;
  expect([state.phase, state.message, state.tally.succeeded]).toEqual(['succeeded', '', 4]);
  expect(bench.stores.runs.list({ experiment: id })).toHaveLength(4);
});

it('a snapshot that has lost a file is no fault of a trial', async () => {
  const experiments = engineOf();
  const { id, finished } = await startWaiting(experiments, true, 'loss = x');
  const contents = join(bench.stores.home, 'snapshots/contents');
  renameSync(contents, `${contents}-aside`);
  writeFileSync(gate(), '');
  await expect(finished).rejects.toMatchObject({ code: 'snapshot-damaged' });
  expect(bench.state(id)).toMatchObject({ phase: 'interrupted', tally: { failed: 0 } });
  rmSync(contents, { recursive: true, force: true });
  renameSync(`${contents}-aside`, contents);
  const state = await (await experiments.resume(id)).finished;
  expect([state.phase, state.tally.succeeded]).toEqual(['succeeded', 4]);
});
