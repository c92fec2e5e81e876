import { fold, initialRunState, type RunEventBody, type RunState } from '@chard/core/run';
import { stepFinished } from '../../../../core/run/testing/logs';
import { timelineOf } from './layout';

/** A run of the steps a, b and c; each event has its time. */
function run(...events: [number, RunEventBody][]): RunState {
  const created: RunEventBody = {
    type: 'run-created',
    run: 'r',
    pipeline: 'p',
    notebook: { path: 'n', sha256: '' },
    parameters: {},
    options: { cache: true, from: null, only: null, base: null },
    steps: ['a', 'b', 'c'].map(name => ({ name, cells: [], after: [] }))
  };
  const all: [number, RunEventBody][] = [
    [0, created],
    [0, { type: 'run-started', pid: 1 }],
    ...events
  ];
  return fold(
    initialRunState,
    all.map(([time, body], at) => ({ ...body, seq: at + 1, time }))
  );
}
const start = (step: string): RunEventBody => ({ type: 'step-started', step, attempt: 1, pid: 1 });
const finish = (step: string, state: 'succeeded' | 'skipped' = 'succeeded'): RunEventBody =>
  stepFinished(step, { state });
const over: RunEventBody = { type: 'run-finished', state: 'succeeded', error: null };

it('places bars by when steps ran, with room behind them', () => {
  const state = run([0, start('a')], [4000, finish('a')], [4000, start('b')], [8000, finish('b')]);
  const { rows, now, pauses } = timelineOf(state, 8000);
  expect(rows.map(({ bar }) => bar)).toEqual([{ from: 0, to: 0.4 }, { from: 0.4, to: 0.8 }, null]);
  expect([now, pauses]).toEqual([0.8, []]);
});

it('lets the bar of a running step grow, and has none for what did not run', () => {
  const state = run([1000, start('a')], [1000, finish('b', 'skipped')]);
  const { rows, ticks } = timelineOf(state, 3000);
  expect(rows[0]!.bar!.to).toBeCloseTo(0.8);
  expect(rows[1]!.bar).toBeNull();
  expect(ticks[0]).toEqual({ at: 0, milliseconds: 0 });
  expect(ticks.at(-1)!.at).toBeLessThan(1);
});

it('leaves out the day between a run that was cut off and its going on', () => {
  const day = 86_400_000;
  const state = run(
    [0, start('a')],
    [10_000, finish('a')],
    [day, start('b')],
    [day + 10_000, finish('b')],
    [day + 10_000, over]
  );
  const { rows, pauses, now } = timelineOf(state, 2 * day);
  expect(rows[1]!.bar!.from).toBeCloseTo(0.4);
  expect(rows[1]!.bar!.to).toBeCloseTo(0.8);
  expect(pauses).toEqual([{ at: expect.closeTo(0.4), milliseconds: day - 10_000 }]);
  expect(now).toBeNull();
});

it('draws a run that has only been created', () => {
  expect(timelineOf(run(), 0)).toMatchObject({ now: 0, pauses: [] });
});
