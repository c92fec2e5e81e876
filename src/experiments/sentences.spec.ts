import {
  foldExperiment,
  initialExperimentState,
  type ExperimentEvent,
  type ExperimentEventBody,
  type ExperimentSpec,
  type ExperimentState
} from '@chard/core/experiment';
import { nullTranslator } from '@jupyterlab/translation';
import { worthInWords } from './charts/worth';
import { countFaults } from './countFaults';
import {
  activityInWords,
  background,
  headline,
  outcomeInWords,
  roughly,
  spaceInWords
} from './sentences';
import { bestFirst, filterTrials, heldOrder, pressed, trialColumns } from './trials/columns';

const trans = nullTranslator.load('test');
const spec: ExperimentSpec = {
  ...initialExperimentState.spec,
  name: 'digits',
  parameters: [
    { name: 'rate', type: 'double', min: 0.001, max: 0.1, step: 0.01, distribution: 'uniform' },
    { name: 'batch', type: 'int', min: 8, max: 128, step: 32, distribution: 'uniform' }
  ],
  objective: { ...initialExperimentState.spec.objective, metric: 'val_loss' },
  maxTrialCount: 6,
  parallelTrialCount: 3,
  maxFailedTrialCount: 3
};

function after(...bodies: ExperimentEventBody[]): ExperimentState {
  const created: ExperimentEventBody = {
    type: 'experiment-created',
    experiment: 'e',
    pipeline: 'digits',
    notebook: { path: 'digits.ipynb', sha256: '' },
    spec,
    fixed: {}
  };
  const events = [created, { type: 'experiment-started', pid: 1 } as const, ...bodies].map(
    (body, at) => ({ ...body, seq: at + 1, time: at * 1000 }) as ExperimentEvent
  );
  return foldExperiment(initialExperimentState, events);
}
const begin = (trial: number, rate: number, batch: number): ExperimentEventBody[] => [
  { type: 'trial-suggested', trial, parameters: { rate, batch } },
  { type: 'trial-started', trial, run: `r${trial}` }
];
const end = (trial: number, value: number | null): ExperimentEventBody => ({
  type: 'trial-finished',
  trial,
  state: value === null ? 'failed' : 'succeeded',
  values: value === null ? {} : { val_loss: value },
  reusedSteps: trial === 1 ? [] : ['preprocess data'],
  stepsMs: 0,
  reason: '',
  error: null
});

it('says what it waits for before anything runs', () => {
  const state = after({ type: 'suggestions-awaited', count: 3 });
  expect(headline(state, trans)).toBe('No trial has started yet.');
  expect(activityInWords(state, 0, trans)).toBe('Waiting for suggestions, 0 of 6 done');
});

it('says what it found, what goes on and about how long', () => {
  const state = after(
    ...begin(1, 0.051, 72),
    end(1, 0.412),
    ...begin(2, 0.001, 40),
    end(2, 0.187),
    ...begin(3, 0.011, 8),
    end(3, null),
    ...begin(4, 0.021, 8)
  );
  expect(headline(state, trans)).toBe('Best so far: val_loss 0.187 with rate 0.001 and batch 40.');
  expect(activityInWords(state, 11_000, trans)).toMatch(
    /^1 trial running, 3 of 6 done, about \d+ s left$/
  );
  expect(background(state, { name: 'Run 13', value: 0.204 }, trans)).toBe(
    '1 failed. The best is 0.017 lower than Run 13 (0.204). preprocess data was shared by the trials.'
  );
});

it('says why it was interrupted, and that in one sentence', () => {
  const cut = (message: string) =>
    activityInWords(
      after(...begin(1, 0.001, 8), { type: 'experiment-interrupted', message }),
      0,
      trans
    );
  expect(cut('The process is gone.')).toBe('Interrupted: 0 of 6 trials done. The process is gone.');
  expect(cut('')).toBe('Interrupted: 0 of 6 trials done. The server had ended.');
});

it('says of trials without a value that they are not the last', () => {
  const first = after(...begin(1, 0.001, 8));
  expect(headline(first, trans)).toBe('The first trials are running.');
  const failed = after(...begin(1, 0.001, 8), end(1, null), { type: 'experiment-paused' });
  expect(headline(failed, trans)).toBe('No trial has come to a value of val_loss yet.');
  const cutOff: ExperimentEventBody = { type: 'experiment-interrupted', message: '' };
  expect(headline(after(...begin(1, 0.001, 8), cutOff), trans)).toBe(
    'No trial has come to a value of val_loss yet.'
  );
  // The server goes on with it.
  expect(headline(after(...begin(1, 0.001, 8), end(1, 0.4), cutOff), trans)).toBe(
    'Best so far: val_loss 0.4 with rate 0.001 and batch 8.'
  );
});

it('says why it ended', () => {
  const finished: ExperimentEventBody = {
    type: 'experiment-finished',
    state: 'failed',
    reason: 'too-many-failures',
    message: 'Trial 1: division by zero'
  };
  const state = after(...begin(1, 0.001, 8), end(1, null), finished);
  expect(headline(state, trans)).toBe('No trial came to a value of val_loss.');
  expect(activityInWords(state, 0, trans)).toBe(
    'Too many trials failed: 1 of 6 trials done. Trial 1: division by zero.'
  );
  expect(background(state, null, trans)).not.toContain('failed');
});

it('describes the space, and what an experiment came to in a list', () => {
  expect(spaceInWords(spec.parameters, trans)).toBe(
    'Space: rate 0.001 to 0.1 by 0.01; batch 8 to 128 by 32. That makes 40 points.'
  );
  const item = {
    state: 'running' as const,
    tally: { succeeded: 2, running: 1 },
    counts: { maxTrialCount: 6 },
    objective: { metric: 'val_loss' },
    best: { value: 0.18712 },
    damage: null
  };
  expect(outcomeInWords(item, trans)).toBe('2 of 6 trials done');
  expect(outcomeInWords({ ...item, state: 'succeeded' }, trans)).toBe('val_loss 0.1871');
  expect(outcomeInWords({ ...item, state: 'stopped' }, trans)).toBe(
    'stopped early, val_loss 0.1871'
  );
  expect(outcomeInWords({ ...item, damage: 'It is damaged.' }, trans)).toBe('damaged');
});

it.each([
  [800, '1 s'],
  [23_000, '25 s'],
  [65_000, '1 minute'],
  [250_000, '4 minutes'],
  [4_200_000, '1 h 10 min'],
  [7_100_000, '2 h']
])('%d ms is roughly %s', (milliseconds, text) => {
  expect(roughly(milliseconds, trans)).toBe(text);
});

it('says what an importance is worth', () => {
  expect(worthInWords(2, 3, false, trans)).toContain('from 4 finished trials on');
  expect(worthInWords(2, 8, false, trans)).toContain('a first hint');
  expect(worthInWords(2, 40, false, trans)).not.toContain('a first hint');
  expect(worthInWords(2, 40, false, trans)).toContain('computed again');
  expect(worthInWords(2, 40, true, trans)).not.toContain('computed again');
});

it('finds counts that cannot be so', () => {
  const faults = (maxTrialCount: string, parallelTrialCount: string, maxFailedTrialCount: string) =>
    countFaults({ maxTrialCount, parallelTrialCount, maxFailedTrialCount }, 5, trans);
  expect(faults('4', '1', 'x')).toEqual({
    maxFailedTrialCount: 'A whole number, 0 or more.',
    maxTrialCount: '5 trials are done already.'
  });
  expect(faults('6', '7', '0')).toEqual({
    parallelTrialCount: 'Not more than there are trials: 6.'
  });
  const right = { maxTrialCount: '6', parallelTrialCount: '3', maxFailedTrialCount: '0' };
  expect(countFaults(right, 6, trans)).toEqual({});
});

describe('the table of trials', () => {
  const state = after(
    ...begin(1, 0.051, 72),
    end(1, 0.4),
    ...begin(2, 0.001, 40),
    end(2, null),
    ...begin(3, 0.001, 8)
  );
  const numbers = (text: string, outcome: 'all' | 'active' | 'finished' | 'rest'): number[] =>
    filterTrials(spec, state.trials, { text, outcome }, trans).map(({ number }) => number);

  it('has a column for each parameter and metric, the objective in front of them', () => {
    const columns = trialColumns(spec, trans);
    expect(columns.map(({ id }) => id)).toEqual([
      'number',
      'phase',
      'm:val_loss',
      'p:rate',
      'p:batch',
      'time',
      'reused',
      'reason'
    ]);
    const texts = columns.map(column => column.textOf(state.trials[0]!, 0));
    expect(texts.slice(0, 5)).toEqual(['1', 'finished', '0.4', '0.051', '72']);
  });

  it('tells columns apart whose names begin with the same', () => {
    const names = ['encoder_normalisation_epsilon_first', 'encoder_normalisation_epsilon_second'];
    const parameters = names.map(name => ({ ...spec.parameters[0]!, name }));
    const columns = trialColumns({ ...spec, parameters }, trans).slice(3, 5);
    expect(columns.map(({ title }) => title)).toEqual(names);
    expect(columns.map(({ head }) => head)).toEqual([
      'encoder_normalisat…first',
      'encoder_normalisa…second'
    ]);
  });

  it('is filtered by parameter and state', () => {
    expect(numbers('rate = 0.001', 'all')).toEqual([2, 3]);
    expect(numbers('failed', 'all')).toEqual([2]);
    expect(numbers('', 'active')).toEqual([3]);
    expect(numbers('', 'finished')).toEqual([1]);
    expect(numbers('', 'rest')).toEqual([2]);
  });

  it('has the best on top, and does not move what is looked at', () => {
    expect(bestFirst(spec)).toEqual({ column: 'm:val_loss', descending: false });
    expect(pressed({ column: 'time', descending: false }, 'time').descending).toBe(true);
    expect(heldOrder([2, 1, 5], [4, 1, 2, 3])).toEqual([2, 1, 4, 3]);
  });
});
