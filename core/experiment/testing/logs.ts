import * as fc from 'fast-check';
import type { ExperimentEvent, ExperimentEventBody, TrialOutcome } from '../events';
import { defaultExperiment } from '../metadata';
import type { ExperimentSpec } from '../model';

/** An experiment over one parameter, minimising `loss`. */
export function specOf(change: Partial<ExperimentSpec> = {}): ExperimentSpec {
  const spec = defaultExperiment('e');
  return {
    ...spec,
    parameters: [
      { name: 'rate', type: 'double', min: 0, max: 1, step: null, distribution: 'uniform' }
    ],
    objective: { ...spec.objective, metric: 'loss' },
    ...change
  };
}

export function createdExperiment(change: Partial<ExperimentSpec> = {}): ExperimentEventBody {
  return {
    type: 'experiment-created',
    experiment: 'e1',
    pipeline: 'p',
    notebook: { path: '/n.ipynb', sha256: '00' },
    spec: specOf(change),
    fixed: {}
  };
}

type Finished = Extract<ExperimentEventBody, { type: 'trial-finished' }>;

export function trialFinished(
  trial: number,
  loss: number | 'nan' | null,
  change: Partial<Finished> = {}
): ExperimentEventBody {
  return {
    type: 'trial-finished',
    trial,
    state: 'succeeded',
    values: loss === null ? {} : { loss },
    reusedSteps: [],
    stepsMs: 5,
    reason: '',
    error: null,
    ...change
  };
}

/** Numbers the bodies, a millisecond apart. */
export function experimentLog(bodies: readonly ExperimentEventBody[]): ExperimentEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, time: 1000 + index, ...body }));
}

interface AnyTrial {
  readonly points: readonly number[];
  readonly end: TrialOutcome | 'open' | 'unstarted';
  readonly loss: number;
  readonly crash: boolean;
}

const anyTrial: fc.Arbitrary<AnyTrial> = fc.record({
  points: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 3 }),
  end: fc.constantFrom(
    'succeeded',
    'succeeded',
    'failed',
    'pruned',
    'cancelled',
    'metrics-unavailable',
    'open',
    'unstarted'
  ),
  loss: fc.integer({ min: -9, max: 9 }),
  crash: fc.boolean()
});

function bodiesOf({ points, end, loss, crash }: AnyTrial, trial: number): ExperimentEventBody[] {
  const suggested: ExperimentEventBody = {
    type: 'trial-suggested',
    trial,
    parameters: { rate: trial / 100 }
  };
  if (end === 'unstarted') return [suggested];
  const went = [
    { type: 'trial-started', trial, run: `r${trial}` } as const,
    ...points.map(
      (value, at) => ({ type: 'trial-metric', trial, name: 'loss', value, at }) as const
    )
  ];
  const interrupted: ExperimentEventBody[] = crash
    ? [
        { type: 'experiment-interrupted', message: 'gone' },
        { type: 'experiment-resumed', pid: 8 },
        ...went
      ]
    : [];
  const ending = end === 'open' ? [] : [trialFinished(trial, loss, { state: end })];
  return [suggested, ...went, ...interrupted, ...ending];
}

/** Logs as an engine writes them: crashes, pauses, trials side by side and left open. */
export const anyExperimentLog: fc.Arbitrary<ExperimentEvent[]> = fc
  .tuple(
    fc.constantFrom('minimize' as const, 'maximize' as const),
    fc.array(anyTrial, { maxLength: 8 }),
    fc.boolean(),
    fc.boolean()
  )
  .map(([type, trials, pause, finish]) => {
    const { objective } = specOf();
    return experimentLog([
      createdExperiment({ objective: { ...objective, type } }),
      { type: 'experiment-started', pid: 7 },
      { type: 'suggestions-awaited', count: 3 },
      ...trials.flatMap((trial, index) => bodiesOf(trial, index + 1)),
      ...(pause ? [{ type: 'experiment-paused' } as const] : []),
      ...(finish
        ? ([
            { type: 'experiment-stopping', reason: 'stopped' },
            { type: 'experiment-finished', state: 'stopped', reason: 'stopped', message: '' }
          ] as const)
        : [])
    ]);
  });
