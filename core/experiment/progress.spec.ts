import type { ExperimentEvent } from './events';
import { reachesGoal, valueByStrategy } from './objective';
import { orderTrials } from './ordering';
import { activity, bestSoFar, remainingMs } from './progress';
import { foldExperiment } from './reduce';
import { initialExperimentState } from './state';
import { createdExperiment, specOf, trialFinished } from './testing/logs';

/** A log whose events say when they happened, in seconds. */
function stateAt(...events: [number, Parameters<typeof createdExperiment>[0] | object][]) {
  const counts = { maxTrialCount: 7, parallelTrialCount: 2 };
  return foldExperiment(
    initialExperimentState,
    [[0, createdExperiment(counts)] as const, ...events].map(
      ([time, body], index) => ({ seq: index + 1, time: time * 1000, ...body }) as ExperimentEvent
    )
  );
}

const begins = { type: 'experiment-started', pid: 1 };
const suggested = (trial: number, parameters = { rate: trial }) => ({
  type: 'trial-suggested',
  trial,
  parameters
});
const started = (trial: number) => ({ type: 'trial-started', trial, run: `r${trial}` });

test('the best value over time follows the order in which trials ended', () => {
  const state = stateAt(
    [0, begins],
    ...[1, 2, 3].flatMap((trial): [number, object][] => [
      [0, suggested(trial)],
      [0, started(trial)]
    ]),
    [1, trialFinished(2, 5)],
    [2, trialFinished(3, 6)],
    [3, trialFinished(1, 4)]
  );
  expect(bestSoFar(state)).toEqual([
    { trial: 2, time: 1000, value: 5, best: 5, improved: true },
    { trial: 3, time: 2000, value: 6, best: 5, improved: false },
    { trial: 1, time: 3000, value: 4, best: 4, improved: true }
  ]);
});

test('what is still to come is worked out from how long trials take', () => {
  const state = stateAt(
    [0, begins],
    [0, suggested(1)],
    [0, started(1)],
    [0, suggested(2)],
    [0, started(2)],
    [10, trialFinished(1, 1)],
    [10, suggested(3)],
    [10, started(3)]
  );
  // Two places, ten seconds a trial: 2 is over its time, 3 has 6 s left, and four more come.
  expect(remainingMs(state, 14_000)).toBe(26_000);
  expect(activity(state, 14_000)).toEqual({
    phase: 'running',
    waitingForSuggestions: false,
    running: 2,
    done: 1,
    total: 7,
    failed: 0,
    pruned: 0,
    remainingMs: 26_000
  });
});

test('nothing is estimated before a trial has ended, nor while nothing goes on', () => {
  const running = stateAt([0, begins], [0, { type: 'suggestions-awaited', count: 1 }]);
  expect(activity(running, 5000)).toMatchObject({
    waitingForSuggestions: true,
    running: 0,
    remainingMs: null
  });
  const paused = stateAt(
    [0, begins],
    [0, suggested(1)],
    [0, started(1)],
    [9, trialFinished(1, 1)],
    [9, { type: 'experiment-paused' }]
  );
  expect(remainingMs(paused, 9000)).toBeNull();
});

test('trials are put in order by anything, those without a value last', () => {
  const state = stateAt(
    [0, begins],
    ...[1, 2, 3].flatMap((trial): [number, object][] => [
      [0, suggested(trial, { rate: 3 - trial })],
      [trial, started(trial)]
    ]),
    [9, trialFinished(1, 2)],
    [9, trialFinished(3, 1)]
  );
  const order = (...key: [Parameters<typeof orderTrials>[2], boolean?]) =>
    orderTrials(state.spec, state.trials, ...key).map(({ number }) => number);
  expect(order({ by: 'objective' })).toEqual([3, 1, 2]);
  expect(order({ by: 'objective' }, true)).toEqual([1, 3, 2]);
  expect(order({ by: 'parameter', name: 'rate' })).toEqual([3, 2, 1]);
  expect(order({ by: 'metric', name: 'loss' }, true)).toEqual([1, 3, 2]);
  expect(order({ by: 'duration' })).toEqual([3, 1, 2]);
  expect(order({ by: 'phase' })).toEqual([2, 1, 3]);
});

test('a metric comes to what its strategy says', () => {
  expect(valueByStrategy('min', [3, 1, 2])).toBe(1);
  expect(valueByStrategy('max', [3, 'inf', 2])).toBe(3);
  expect(valueByStrategy('latest', [3, 1, 'nan'])).toBe('nan');
  expect(valueByStrategy('min', ['nan'])).toBe('nan');
  expect(valueByStrategy('min', [])).toBeNull();
});

test('a goal is reached from its better side', () => {
  const { objective } = specOf();
  expect(reachesGoal({ ...objective, goal: 1 }, 1)).toBe(true);
  expect(reachesGoal({ ...objective, goal: 1, type: 'maximize' }, 0.5)).toBe(false);
  expect(reachesGoal(objective, -1e9)).toBe(false);
});
