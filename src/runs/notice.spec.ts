import { nullTranslator } from '@jupyterlab/translation';
import { noticeOf } from './notice';

const trans = nullTranslator.load('chard');
const progress = { phase: 'running', done: 1, steps: 3, failedStep: null } as const;

test('a run that goes on says how far it is, and can be cancelled', () => {
  expect(noticeOf('digits · Run 13', progress, trans)).toEqual({
    message: 'digits · Run 13: 1 of 3 steps done',
    type: 'in-progress',
    goesOn: true
  });
});

test('one that has done nothing yet is running', () => {
  expect(noticeOf('Run 13', { ...progress, done: 0 }, trans).message).toBe('Run 13 is running');
});

test.each([
  [{ phase: 'succeeded' }, 'Run 13: succeeded', 'success'],
  [{ phase: 'failed', failedStep: 'train' }, 'Run 13 failed in train', 'error'],
  [{ phase: 'failed', failedStep: '@metrics' }, 'Run 13: failed', 'error'],
  [{ phase: 'cancelled' }, 'Run 13: cancelled', 'warning'],
  [{ phase: 'interrupted' }, 'Run 13: interrupted', 'warning']
] as const)('one that is over says what came of it: %j', (change, message, type) => {
  expect(noticeOf('Run 13', { ...progress, ...change }, trans)).toEqual({
    message,
    type,
    goesOn: false
  });
});

test('one that cannot be kept says why, and is told of again once it can', () => {
  const broken = { ...progress, phase: 'interrupted', broken: 'The disk is full.' } as const;
  expect(noticeOf('Run 13', broken, trans)).toEqual({
    message: 'Run 13: The disk is full.',
    type: 'error',
    goesOn: true
  });
});
