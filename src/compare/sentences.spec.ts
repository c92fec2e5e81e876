import { Series, type Cause, type MetricState, type RunComparison } from '@chard/core/run';
import { nullTranslator } from '@jupyterlab/translation';
import { background, differenceInWords, headline, stepsInWords, whyInWords } from './sentences';

const trans = nullTranslator.load('test');
const metric = (name: string, ...values: MetricState['last'][]) => ({
  name,
  values: values.map(last => ({ name, step: '@metrics', last, points: Series.empty<never>() })),
  differs: new Set(values).size > 1
});
const parameter = (name: string, ...values: number[]) => ({
  name,
  values,
  differs: new Set(values).size > 1
});
const step = (name: string, ...causes: Cause[]) => ({ name, states: [], causes, outputs: [] });
const comparison = (parts: Partial<RunComparison>): RunComparison => ({
  parameters: [],
  metrics: [],
  steps: [],
  environment: [],
  ...parts
});

it('says first how a metric moved and what was changed', () => {
  const found = comparison({
    metrics: [metric('size', 3, 3), metric('val_loss', 0.268, 0.204)],
    parameters: [parameter('learning_rate', 0.01, 0.001), parameter('epochs', 1, 1)]
  });
  expect(headline(found, ['run 12', 'run 13'], trans)).toBe(
    'run 13 lowered val_loss from 0.268 to 0.204. One parameter differs: learning_rate.'
  );
});

it('names the extremes of more than two runs', () => {
  const found = comparison({
    metrics: [metric('loss', 0.3, 0.1, 0.2)],
    parameters: [parameter('a', 1, 2, 3), parameter('b', 1, 1, 2)]
  });
  expect(headline(found, ['A', 'B', 'C'], trans)).toBe(
    'loss is lowest in B (0.1) and highest in A (0.3). 2 parameters differ: a, b.'
  );
});

it('says plainly that nothing differs, and that a number is none', () => {
  const same = comparison({ metrics: [metric('loss', 1, 1)], parameters: [parameter('a', 1, 1)] });
  expect(headline(same, ['A', 'B'], trans)).toBe('The metrics are the same. No parameter differs.');
  expect(headline(comparison({ metrics: [metric('loss', 1, 'nan')] }), ['A', 'B'], trans)).toBe(
    'Not all runs have the same metrics.'
  );
  expect(background(same, ['succeeded', 'succeeded'], trans)).toBe(
    'The code is the same. The environment is the same. All succeeded.'
  );
  expect(stepsInWords(comparison({ steps: [step('a')] }), trans)).toBe('all are the same');
});

it('leads from what differs to its first cause', () => {
  const found = comparison({
    steps: [
      step('load'),
      step('fit', { kind: 'parameter', name: 'rate' }),
      step('show', { kind: 'input', name: 'model', from: 'fit' })
    ],
    environment: [{ name: 'numpy', values: ['1', '2'], differs: true }]
  });
  expect(stepsInWords(found, trans)).toBe('2 of 3 differ; the first cause is rate in fit');
  expect(found.steps.map(each => whyInWords(each, trans))).toEqual([
    'Its code and all that it got are the same.',
    'It uses the parameter rate.',
    'It got other values from fit: model.'
  ]);
  expect(background(found, ['succeeded', 'failed'], trans)).toBe(
    'The code is the same. The environment differs: numpy. 1 succeeded, 1 failed.'
  );
});

it.each([
  [0.268, 0.204, '0.064 lower, 24 %'],
  [0, 5, '5 higher'],
  [1, 1, ''],
  [1, 'nan', '']
])('says of %p and %p: %s', (before, now, text) => {
  expect(differenceInWords(before, now, trans)).toBe(text);
});
