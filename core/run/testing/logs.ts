import * as fc from 'fast-check';
import type { RunEvent, RunEventBody } from '../events';

const ERROR = {
  code: 'exception',
  type: 'ValueError',
  message: 'no luck',
  cell: 1,
  line: 1,
  traceback: []
};

/** Numbers the bodies, a millisecond apart. */
export function logOf(bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, time: 1000 + index, ...body }));
}

/** The first event of a run with these steps, each after the one before. */
export function created(steps: readonly string[]): RunEventBody {
  return {
    type: 'run-created',
    run: 'r1',
    pipeline: 'p',
    notebook: { path: '/n.ipynb', sha256: '00' },
    parameters: { rate: 0.1 },
    options: { cache: true, from: null, only: null, base: null },
    steps: steps.map((name, index) => ({
      name,
      cells: [index],
      after: index === 0 ? [] : [steps[index - 1] as string]
    }))
  };
}

export function stepFinished(
  step: string,
  change: Partial<Extract<RunEventBody, { type: 'step-finished' }>> = {}
): RunEventBody {
  return {
    type: 'step-finished',
    step,
    attempt: 1,
    state: 'succeeded',
    cached: false,
    why: 'no earlier result',
    reusedFrom: null,
    values: [],
    error: null,
    resources: null,
    ...change
  };
}

/** One attempt of a step: what it says, and how it ends. */
const attemptOf = (step: string, attempt: number): fc.Arbitrary<RunEventBody[]> =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          fc
            .record({ name: fc.constantFrom('a', 'b'), value: fc.integer() })
            .map(({ name, value }): RunEventBody => ({
              type: 'metric',
              step,
              attempt,
              name,
              value,
              at: null
            })),
          fc.string().map((text): RunEventBody => ({
            type: 'output',
            step,
            attempt,
            cell: 0,
            stream: 'stdout',
            text
          })),
          fc.constant<RunEventBody>({
            type: 'warning',
            step,
            code: 'w',
            message: 'careful',
            cell: null
          })
        ),
        { maxLength: 4 }
      ),
      fc.constantFrom('succeeded' as const, 'failed' as const, 'retry' as const, 'gone' as const)
    )
    .map(([said, end]) => {
      const started: RunEventBody = { type: 'step-started', step, attempt, pid: 7 };
      const events = [started, { type: 'cell-started', step, attempt, cell: 0 } as const, ...said];
      if (end === 'gone') return events;
      if (end === 'retry') {
        return [
          ...events,
          { type: 'step-retrying', step, attempt, delaySeconds: 1, error: ERROR } as const
        ];
      }
      const error = end === 'failed' ? ERROR : null;
      return [...events, stepFinished(step, { attempt, state: end, error })];
    });

/** Logs as engines write them: attempts, crashes, resumptions, in any order of steps. */
export const anyLog: fc.Arbitrary<RunEvent[]> = fc
  .array(fc.constantFrom('s1', 's2', 's3'), { maxLength: 8 })
  .chain(order => {
    const attempts = new Map<string, number>();
    const parts = order.map(step => {
      const attempt = (attempts.get(step) ?? 0) + 1;
      attempts.set(step, attempt);
      return fc
        .tuple(attemptOf(step, attempt), fc.boolean())
        .map(([events, crash]): RunEventBody[] =>
          crash
            ? [
                ...events,
                { type: 'run-interrupted', message: 'gone' },
                { type: 'run-resumed', pid: 8 }
              ]
            : events
        );
    });
    return fc.tuple(...parts);
  })
  .map(parts =>
    logOf([
      created(['s1', 's2', 's3']),
      { type: 'run-started', pid: 1 },
      ...parts.flat(),
      { type: 'run-finished', state: 'succeeded', error: null }
    ])
  );
