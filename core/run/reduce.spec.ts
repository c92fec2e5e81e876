import * as fc from 'fast-check';
import { RunEvent, RunPhase } from './events';
import { fold, reduce } from './reduce';
import { Series } from './series';
import { initialRunState, isOver, stepState, type RunState } from './state';
import { runSummary } from './summary';
import { anyLog, created, logOf, stepFinished } from './testing/logs';

const stateOf = (...bodies: Parameters<typeof logOf>[0]): RunState =>
  fold(initialRunState, logOf(bodies));

describe('reduce', () => {
  it('builds the state of a run from its log', () => {
    const state = stateOf(
      created(['load', 'train']),
      { type: 'run-started', pid: 1 },
      { type: 'step-started', step: 'load', attempt: 1, pid: 2 },
      { type: 'cell-started', step: 'load', attempt: 1, cell: 0 }
    );
    expect(state).toMatchObject({ id: 'r1', phase: 'running', createdAt: 1000, startedAt: 1001 });
    expect(stepState(state, 'load')).toMatchObject({
      phase: 'running',
      attempts: 1,
      pid: 2,
      cell: 0,
      startedAt: 1002,
      finishedAt: null
    });
    expect(stepState(state, 'train')).toMatchObject({ phase: 'pending', after: ['load'] });
    expect(stepState(state, 'none')).toBeUndefined();
  });

  it('keeps the error of an attempt while the next one waits', () => {
    const error = { code: 'c', type: 'T', message: 'm', cell: 0, line: 1, traceback: [] };
    const state = stateOf(
      created(['a']),
      { type: 'step-started', step: 'a', attempt: 1, pid: 2 },
      { type: 'metric', step: 'a', attempt: 1, name: 'loss', value: 1, at: 0 },
      { type: 'step-retrying', step: 'a', attempt: 1, delaySeconds: 1, error }
    );
    expect(stepState(state, 'a')).toMatchObject({ phase: 'pending', attempts: 1, error });
    const next = reduce(state, {
      seq: 5,
      time: 9,
      type: 'step-started',
      step: 'a',
      attempt: 2,
      pid: 3
    });
    expect(stepState(next, 'a')).toMatchObject({ phase: 'running', attempts: 2, error: null });
    expect(next.metrics.size).toBe(0);
    expect(state.metrics.get('loss')?.last).toBe(1);
  });

  it('interrupts what ran, and a resumed run starts over what had not succeeded', () => {
    const interrupted = stateOf(
      created(['a', 'b', 'c']),
      { type: 'run-started', pid: 1 },
      stepFinished('a'),
      { type: 'step-started', step: 'b', attempt: 1, pid: 2 },
      { type: 'run-interrupted', message: 'gone' }
    );
    expect(interrupted.phase).toBe('interrupted');
    expect(isOver(interrupted.phase)).toBe(true);
    expect(interrupted.steps.map(({ phase }) => phase)).toEqual([
      'succeeded',
      'interrupted',
      'pending'
    ]);
    const resumed = reduce(interrupted, { seq: 6, time: 2000, type: 'run-resumed', pid: 3 });
    expect(resumed).toMatchObject({ phase: 'running', finishedAt: null });
    expect(resumed.steps.map(({ phase }) => phase)).toEqual(['succeeded', 'pending', 'pending']);
    expect(stepState(resumed, 'b')?.attempts).toBe(1);
  });

  it('takes metrics as curves whose last value counts', () => {
    const metric = (value: number, at: number | null) =>
      ({ type: 'metric', step: 'a', attempt: 1, name: 'loss', value, at }) as const;
    const state = stateOf(created(['a']), metric(3, 0), metric(2, 1), metric(1, 2));
    const loss = state.metrics.get('loss');
    expect(loss?.last).toBe(1);
    expect(loss?.points.toArray().map(({ at, value }) => [at, value])).toEqual([
      [0, 3],
      [1, 2],
      [2, 1]
    ]);
  });

  it('ignores events of unknown kinds, of unknown steps, and those it has seen', () => {
    const before = stateOf(created(['a']), { type: 'run-started', pid: 1 });
    const unknown = { seq: 3, time: 5, type: 'from-the-future' } as unknown as RunEvent;
    expect(reduce(before, unknown)).toEqual({ ...before, seq: 3 });
    const stranger = logOf([stepFinished('stranger')])[0] as RunEvent;
    expect(reduce(before, { ...stranger, seq: 3 }).steps).toEqual(before.steps);
    expect(reduce(before, { ...stranger, seq: 2 })).toEqual(before);
  });

  it('never changes a state that was given to it', () => {
    fc.assert(
      fc.property(anyLog, log => {
        const states: RunState[] = [];
        const pictures: string[] = [];
        let state = initialRunState;
        for (const event of log) {
          state = reduce(state, event);
          states.push(state);
          pictures.push(picture(state));
        }
        states.forEach((each, index) => expect(picture(each)).toBe(pictures[index]));
      })
    );
  });

  it('gives a valid state for any prefix of a log, the same at once and one by one', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), (log, cut) => {
        const prefix = log.slice(0, cut % (log.length + 1));
        prefix.forEach(event => RunEvent.parse(event));
        const state = fold(initialRunState, prefix);
        expect(picture(prefix.reduce(reduce, initialRunState))).toBe(picture(state));
        expect(state.seq).toBe(prefix.length);
        RunPhase.parse(state.phase);
        state.steps.forEach((step, index) => {
          RunPhase.parse(step.phase);
          expect(state.positions.get(step.name)).toBe(index);
          expect(step.pid === null).toBe(step.phase !== 'running');
          if (step.phase === 'running') expect(step.startedAt).not.toBeNull();
          if (step.finishedAt !== null && step.startedAt !== null) {
            expect(step.finishedAt).toBeGreaterThanOrEqual(step.startedAt);
          }
        });
        runSummary(state).steps.forEach(({ durationMs }) =>
          expect(durationMs === null || durationMs >= 0).toBe(true)
        );
        // What a client gets twice does no harm.
        expect(picture(fold(state, prefix))).toBe(picture(state));
      })
    );
  });

  it('takes 100,000 points one by one in linear time', () => {
    const point = (seq: number): RunEvent => ({
      seq,
      time: seq,
      type: 'metric',
      step: 'a',
      attempt: 1,
      name: 'loss',
      value: seq,
      at: seq
    });
    const time = (count: number): number => {
      let state = fold(initialRunState, logOf([created(['a'])]));
      const begin = performance.now();
      for (let seq = 2; seq < count + 2; seq += 1) state = reduce(state, point(seq));
      expect(state.metrics.get('loss')?.points.length).toBe(count);
      return performance.now() - begin;
    };
    time(10_000);
    const tenth = time(10_000);
    // Quadratic would be a hundred times as long.
    expect(time(100_000)).toBeLessThan(40 * tenth);
  });
});

describe('runSummary', () => {
  it('has what the command line prints, without the metrics step among the steps', () => {
    const state = stateOf(
      created(['train', '@metrics']),
      { type: 'run-started', pid: 1 },
      { type: 'step-started', step: 'train', attempt: 1, pid: 2 },
      stepFinished('train'),
      { type: 'metric', step: '@metrics', attempt: 1, name: 'accuracy', value: 'nan', at: null },
      stepFinished('@metrics'),
      { type: 'run-finished', state: 'succeeded', error: null }
    );
    expect(runSummary(state)).toEqual({
      id: 'r1',
      state: 'succeeded',
      pipeline: 'p',
      notebook: '/n.ipynb',
      parameters: { rate: 0.1 },
      metrics: { accuracy: 'nan' },
      durationMs: 5,
      steps: [
        {
          name: 'train',
          state: 'succeeded',
          cached: false,
          why: 'no earlier result',
          durationMs: 1,
          attempts: 1,
          resources: null,
          snapshot: null,
          error: null
        }
      ],
      warnings: [],
      snapshot: null,
      workspace: null,
      error: null
    });
  });

  it('has no duration for a step that was skipped or has not begun', () => {
    const state = stateOf(created(['a', 'b']), stepFinished('a', { state: 'skipped', why: 'x' }));
    expect(runSummary(state).steps.map(({ durationMs }) => durationMs)).toEqual([null, null]);
  });
});

describe('Series', () => {
  it('shares storage and still never shows what was added elsewhere', () => {
    const one = Series.empty<number>().append(1);
    const left = one.append(2);
    const right = one.append(3);
    expect([...one]).toEqual([1]);
    expect([...left]).toEqual([1, 2]);
    expect([...right]).toEqual([1, 3]);
    expect([left.at(-1), right.at(1), one.at(1), one.at(-2)]).toEqual([2, 3, undefined, undefined]);
    expect(JSON.stringify(left)).toBe('[1,2]');
  });
});

/** A state as text, maps and all. */
function picture(state: RunState): string {
  return JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}
