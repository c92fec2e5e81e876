import type { RunEvent, RunEventBody } from '@chard/core/run';
import { stepFinished } from '../stores/testing/contract';
import { mayGoOn } from './goingOn';

const DAY = 24 * 60 * 60 * 1000;
const interrupted: RunEventBody = { type: 'run-interrupted', message: '' };
const resumed: RunEventBody = { type: 'run-resumed', pid: 1 };

const log = (...bodies: RunEventBody[]): RunEvent[] =>
  bodies.map((body, index) => ({ seq: index + 1, time: 1000 + index, ...body }));

it('goes on with a run that was at work lately', () => {
  expect(mayGoOn(log(resumed, interrupted), 6 * DAY)).toBe(true);
});

it('leaves alone what was cut off long ago, whenever that was noticed', () => {
  const [started, noticed] = log(resumed, interrupted) as [RunEvent, RunEvent];
  expect(mayGoOn([started, { ...noticed, time: 9 * DAY }], 9 * DAY)).toBe(false);
});

it('gives up on a run that is cut off again and again and gets nowhere', () => {
  const twice = [resumed, interrupted, resumed, interrupted];
  expect(mayGoOn(log(...twice), 2000)).toBe(true);
  expect(mayGoOn(log(...twice, resumed, interrupted), 2000)).toBe(false);
  const withProgress = [...twice, stepFinished('a'), resumed, interrupted];
  expect(mayGoOn(log(...withProgress), 2000)).toBe(true);
});
