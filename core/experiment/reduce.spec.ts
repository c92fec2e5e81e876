import * as fc from 'fast-check';
import { ExperimentEvent } from './events';
import { bestSoFar, doneCount } from './progress';
import { foldExperiment, reduceExperiment } from './reduce';
import { ExperimentSnapshot, fromExperimentSnapshot, takeExperimentSnapshot } from './snapshot';
import {
  initialExperimentState,
  isExperimentOver,
  isTrialOver,
  trialState,
  type ExperimentState
} from './state';
import { anyExperimentLog, createdExperiment, experimentLog, trialFinished } from './testing/logs';

const stateOf = (...bodies: Parameters<typeof experimentLog>[0]): ExperimentState =>
  foldExperiment(initialExperimentState, experimentLog(bodies));

const picture = (state: ExperimentState) => JSON.stringify(takeExperimentSnapshot(state));

const suggested = (trial: number) =>
  ({ type: 'trial-suggested', trial, parameters: { rate: trial } }) as const;
const started = (trial: number) => ({ type: 'trial-started', trial, run: `r${trial}` }) as const;

describe('the state of an experiment', () => {
  it('is built from its log', () => {
    const state = stateOf(
      createdExperiment(),
      { type: 'experiment-started', pid: 1 },
      { type: 'suggestions-awaited', count: 2 },
      suggested(1),
      started(1),
      { type: 'trial-metric', trial: 1, name: 'loss', value: 3, at: 0 },
      { type: 'trial-metric', trial: 1, name: 'loss', value: 2, at: 1 }
    );
    expect(state).toMatchObject({
      id: 'e1',
      phase: 'running',
      awaited: 1,
      createdAt: 1000,
      startedAt: 1001,
      best: null,
      tally: { running: 1, pending: 0 }
    });
    const trial = trialState(state, 1)!;
    expect(trial).toMatchObject({
      phase: 'running',
      run: 'r1',
      suggestedAt: 1003,
      startedAt: 1004
    });
    expect(
      trial.metrics
        .get('loss')!
        .points.toArray()
        .map(({ value }) => value)
    ).toEqual([3, 2]);
    expect(trialState(state, 2)).toBeUndefined();
  });

  it('has the best of the trials that succeeded, the first of equal ones', () => {
    const trials = [1, 2, 3, 4, 5].flatMap(trial => [suggested(trial), started(trial)]);
    const ends = [
      trialFinished(3, 2),
      trialFinished(1, 2),
      trialFinished(2, 1, { state: 'pruned' }),
      trialFinished(4, 'nan'),
      trialFinished(5, null, { state: 'metrics-unavailable' })
    ];
    expect(stateOf(createdExperiment(), ...trials, ...ends).best).toBe(3);
    const objective = { ...initialExperimentState.spec.objective, metric: 'loss' };
    const maximised = createdExperiment({ objective: { ...objective, type: 'maximize' } });
    expect(stateOf(maximised, ...trials, ...ends, trialFinished(5, 9)).best).toBe(3);
  });

  it('keeps what was finished when the experiment breaks off, and goes on with the rest', () => {
    const log = [
      createdExperiment(),
      { type: 'experiment-started', pid: 1 } as const,
      suggested(1),
      suggested(2),
      suggested(3),
      started(1),
      started(2),
      { type: 'trial-metric', trial: 2, name: 'loss', value: 3, at: 0 } as const,
      trialFinished(1, 1),
      { type: 'experiment-interrupted', message: 'gone' } as const
    ];
    const cut = stateOf(...log);
    expect(cut).toMatchObject({ phase: 'interrupted', message: 'gone' });
    expect(cut.trials.map(({ phase }) => phase)).toEqual(['succeeded', 'interrupted', 'pending']);
    const on = stateOf(...log, { type: 'experiment-resumed', pid: 2 }, started(2));
    expect(on).toMatchObject({ phase: 'running', message: '', finishedAt: null });
    expect(trialState(on, 2)).toMatchObject({ phase: 'running' });
    expect(trialState(on, 2)!.metrics.size).toBe(0);
    expect(trialState(cut, 2)!.metrics.size).toBe(1);
  });

  it('changes its counts while it runs, and goes on after its end', () => {
    const counts = { maxTrialCount: 40, parallelTrialCount: 2, maxFailedTrialCount: 9 };
    const state = stateOf(
      createdExperiment(),
      { type: 'experiment-started', pid: 1 },
      {
        type: 'experiment-finished',
        state: 'succeeded',
        reason: 'max-trials-reached',
        message: ''
      },
      { type: 'counts-changed', ...counts },
      { type: 'experiment-resumed', pid: 2 }
    );
    expect(state).toMatchObject({ phase: 'running', reason: null, spec: counts });
  });

  it('ignores what it knows, what it does not know, and what cannot be', () => {
    const before = stateOf(createdExperiment(), suggested(1), started(1), trialFinished(1, 1));
    const after = (body: object) =>
      reduceExperiment(before, { seq: 5, time: 9, ...body } as ExperimentEvent);
    for (const body of [
      { type: 'from-the-future' },
      started(1),
      trialFinished(1, 0),
      trialFinished(7, 0),
      suggested(1),
      suggested(9),
      { type: 'trial-metric', trial: 1, name: 'loss', value: 0, at: null }
    ]) {
      expect(after(body)).toEqual({ ...before, seq: 5 });
    }
    const again = { ...experimentLog([suggested(2)])[0]!, seq: 4 };
    expect(reduceExperiment(before, again)).toEqual(before);
  });

  it('is never seen to change once it was given', () => {
    fc.assert(
      fc.property(anyExperimentLog, log => {
        const states: ExperimentState[] = [];
        const pictures: string[] = [];
        let state = initialExperimentState;
        for (const event of log) {
          state = reduceExperiment(state, event);
          states.push(state);
          pictures.push(picture(state));
        }
        states.forEach((each, index) => expect(picture(each)).toBe(pictures[index]));
      })
    );
  });

  it('is valid for any prefix of a log, the same at once, one by one, and from a snapshot', () => {
    fc.assert(
      fc.property(anyExperimentLog, fc.nat(), (log, cut) => {
        const prefix = log.slice(0, cut % (log.length + 1));
        prefix.forEach(event => ExperimentEvent.parse(event));
        const state = foldExperiment(initialExperimentState, prefix);
        expect(picture(prefix.reduce(reduceExperiment, initialExperimentState))).toBe(
          picture(state)
        );
        // What a client gets twice does no harm.
        expect(picture(foldExperiment(state, prefix))).toBe(picture(state));
        const snapshot = ExperimentSnapshot.parse(
          JSON.parse(JSON.stringify(takeExperimentSnapshot(state)))
        );
        const rest = log.slice(prefix.length);
        expect(foldExperiment(fromExperimentSnapshot(snapshot), rest)).toEqual(
          foldExperiment(fromExperimentSnapshot(takeExperimentSnapshot(state)), rest)
        );
        expect(takeExperimentSnapshot(fromExperimentSnapshot(snapshot))).toEqual(
          takeExperimentSnapshot(state)
        );
      })
    );
  });

  it('agrees with itself: tally, best, and what is over', () => {
    fc.assert(
      fc.property(anyExperimentLog, log => {
        const state = foldExperiment(initialExperimentState, log);
        state.trials.forEach((trial, index) => {
          expect(trial.number).toBe(index + 1);
          expect(trial.finishedAt !== null).toBe(isTrialOver(trial.phase));
          if (trial.phase === 'running') expect(trial.run).not.toBeNull();
          if (isExperimentOver(state.phase) && state.phase === 'interrupted') {
            expect(trial.phase).not.toBe('running');
          }
        });
        const counted = Object.values(state.tally).reduce((sum, each) => sum + each, 0);
        expect(counted).toBe(state.trials.length);
        expect(doneCount(state)).toBe(
          state.trials.filter(({ phase }) => isTrialOver(phase)).length
        );
        const series = bestSoFar(state);
        expect(series.findLast(({ improved }) => improved)?.trial ?? null).toBe(state.best);
      })
    );
  });

  it('takes 1,000 trials of 100 points one event at a time', () => {
    const bodies = Array.from({ length: 1000 }, (_, index) => [
      suggested(index + 1),
      started(index + 1),
      ...Array.from(
        { length: 100 },
        (_point, at) =>
          ({ type: 'trial-metric', trial: index + 1, name: 'loss', value: at, at }) as const
      ),
      trialFinished(index + 1, (index * 7919) % 1000)
    ]).flat();
    const state = experimentLog([createdExperiment(), ...bodies]).reduce(
      reduceExperiment,
      initialExperimentState
    );
    expect(doneCount(state)).toBe(1000);
    expect(state.best).toBe(1);
  });
});
