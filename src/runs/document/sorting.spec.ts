import type { StepState } from '@chard/core/run';
import { pressed, sortSteps, type Column } from './sorting';

const step = (name: string, change: Partial<StepState> = {}): StepState => ({
  name,
  cells: [],
  after: [],
  phase: 'succeeded',
  cached: false,
  why: '',
  reusedFrom: null,
  attempts: 1,
  pid: null,
  cell: null,
  startedAt: null,
  finishedAt: null,
  error: null,
  values: [],
  resources: null,
  snapshot: null,
  ...change
});

const steps = [
  step('c', { startedAt: 0, finishedAt: 3000 }),
  step('a', { phase: 'running', startedAt: 1000 }),
  step('b', { phase: 'failed', startedAt: 0, finishedAt: 500 }),
  step('d', { cached: true, startedAt: 0, finishedAt: 0 })
];
const names = (column: Column, descending = false): string =>
  sortSteps(steps, { column, descending }, 11_000)
    .map(({ name }) => name)
    .join('');

it('sorts by each column, what says nothing last', () => {
  expect(names('step')).toBe('abcd');
  expect(names('step', true)).toBe('dcba');
  expect(names('state')).toBe('bacd');
  expect(names('time')).toBe('bcad');
  expect(names('time', true)).toBe('acbd');
  expect(names('memory')).toBe('cabd');
});

it('goes up, down, and back to the order of the run', () => {
  const up = pressed(null, 'time');
  expect(up).toEqual({ column: 'time', descending: false });
  const down = pressed(up, 'time');
  expect(down).toEqual({ column: 'time', descending: true });
  expect(pressed(down, 'time')).toBeNull();
  expect(pressed(down, 'step')).toEqual({ column: 'step', descending: false });
});
