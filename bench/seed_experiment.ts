/**
 * Writes an experiment into a store, without running anything: `node seed_experiment.mjs HOME NOTEBOOK TRIALS LIVE`.
 * LIVE trials more go on for as long as its standard input is open, one event after the other. Prints the experiment's id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  ExperimentSpec,
  foldExperiment,
  initialExperimentState,
  type ExperimentEventBody
} from '@chard/core/experiment';
import { systemClock } from '../server/src/engines/local/clock';
import { ExperimentLog } from '../server/src/experiments/log';
import { experimentOutline } from '../server/src/experiments/outline';
import { openStores, thisOwner } from '../server/src/stores';

const ID = 'exp-seeded';
/** Points of a trial's curve. */
const EPOCHS = 20;
const SIDE_BY_SIDE = 4;
/** A trial that trains reports this often, with four of them side by side. */
const PAUSE_MILLISECONDS = 100;

const [home = '', notebook = '', count = '0', more = '0'] = process.argv.slice(2);
const finished = Number(count);
const live = Number(more);

/** Numbers from 0 to 1, the same each time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomNumbers(7);
const spec = ExperimentSpec.parse({
  name: 'seeded',
  parameters: [
    { name: 'learning_rate', type: 'double', min: 1e-5, max: 0.1, distribution: 'logUniform' },
    { name: 'batch_size', type: 'int', min: 8, max: 128, step: 8 },
    { name: 'depth', type: 'int', min: 1, max: 12 },
    { name: 'optimizer', type: 'categorical', list: ['adam', 'rmsprop', 'sgd'] }
  ],
  objective: { type: 'minimize', metric: 'val_loss', additionalMetrics: ['loss'] },
  algorithm: { name: 'random' },
  maxTrialCount: finished + live,
  parallelTrialCount: SIDE_BY_SIDE,
  maxFailedTrialCount: finished + live
});

/** What a trial's log says, in its order: most succeed, one of ten is pruned, one of fifty fails. */
function trialEvents(trial: number): ExperimentEventBody[] {
  const learningRate = 10 ** (-5 + 4 * random());
  const depth = 1 + Math.floor(12 * random());
  const parameters = {
    learning_rate: learningRate,
    batch_size: 8 * (1 + Math.floor(16 * random())),
    depth,
    optimizer: ['adam', 'rmsprop', 'sgd'][Math.floor(3 * random())]!
  };
  const end = 0.1 + 0.1 * (Math.log10(learningRate) + 3) ** 2 + 0.02 * depth * random();
  const state = trial % 50 === 0 ? 'failed' : trial % 10 === 0 ? 'pruned' : 'succeeded';
  const epochs = state === 'succeeded' ? EPOCHS : EPOCHS / 2;
  const curve = Array.from({ length: epochs }, (_, at) => end + Math.exp(-at / 4));
  return [
    { type: 'trial-suggested', trial, parameters },
    { type: 'trial-started', trial, run: `20260101-000000-${String(trial).padStart(6, '0')}` },
    ...curve.flatMap((value, at): ExperimentEventBody[] => [
      { type: 'trial-metric', trial, name: 'val_loss', value, at: at + 1 },
      { type: 'trial-metric', trial, name: 'loss', value: value * 0.8, at: at + 1 }
    ]),
    {
      type: 'trial-finished',
      trial,
      state,
      values: state === 'succeeded' ? { val_loss: curve.at(-1)!, loss: curve.at(-1)! * 0.8 } : {},
      reusedSteps: ['prepare'],
      stepsMs: 900,
      reason: state === 'pruned' ? 'medianstop gives that up.' : '',
      error: null
    }
  ];
}

const stores = openStores(home);
const owner = thisOwner();
let now = Date.now() - 1000 * finished;
const created: ExperimentEventBody = {
  type: 'experiment-created',
  experiment: ID,
  pipeline: 'seeded',
  notebook: { path: notebook, sha256: '00' },
  spec,
  fixed: {}
};
const first = foldExperiment(initialExperimentState, [{ seq: 1, time: now, ...created }]);
stores.experiments.create(
  {
    id: ID,
    notebook,
    name: spec.name,
    pipeline: 'seeded',
    objective: { type: 'minimize', metric: 'val_loss' },
    algorithm: spec.algorithm.name,
    artefacts: {},
    change: { events: [{ time: now, body: created }], outline: experimentOutline(first) }
  },
  owner
);
const clock = { ...systemClock, now: () => now };
const log = new ExperimentLog(stores.experiments, ID, owner, clock, error => {
  throw error;
});

/** Trials side by side, whose events alternate. */
function round(from: number, trials: number): ExperimentEventBody[][] {
  const all = Array.from({ length: trials }, (_, at) => trialEvents(from + at));
  // Numbers follow each other: the suggestions come first.
  const steps = Math.max(...all.map(({ length }) => length));
  return Array.from({ length: steps }, (_, at) =>
    all.flatMap(events => (events[at] === undefined ? [] : [events[at]]))
  );
}

log.write([{ type: 'experiment-started', pid: process.pid }]);
for (let trial = 1; trial <= finished; trial += SIDE_BY_SIDE) {
  const events = round(trial, Math.min(SIDE_BY_SIDE, finished - trial + 1));
  now += 4000;
  log.write(events.flat());
}
if (live === 0) {
  log.write([
    { type: 'experiment-stopping', reason: 'max-trials-reached' },
    { type: 'experiment-finished', state: 'succeeded', reason: 'max-trials-reached', message: '' }
  ]);
  stores.experiments.leases.release(ID, owner);
}
process.stdout.write(`${ID}\n`);
if (live > 0) {
  process.stdin.on('end', () => process.exit()).resume();
  for (let trial = finished + 1; trial <= finished + live; trial += SIDE_BY_SIDE) {
    for (const events of round(trial, SIDE_BY_SIDE)) {
      now = Date.now();
      for (const event of events) log.write([event]);
      await pause(PAUSE_MILLISECONDS);
    }
  }
}
stores.close();
