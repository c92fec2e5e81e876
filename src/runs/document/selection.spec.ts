import { fold, initialRunState, type RunEventBody, type RunState } from '@chard/core/run';
import { stepFinished } from '../../../core/run/testing/logs';
import { interesting, keptWhenResumed } from './selection';

/** load → (forest, logistic, other); forest and logistic → compare. */
function run(...events: RunEventBody[]): RunState {
  const created: RunEventBody = {
    type: 'run-created',
    run: 'r',
    pipeline: 'p',
    notebook: { path: 'n', sha256: '' },
    parameters: {},
    options: { cache: true, from: null, only: null, base: null },
    steps: [
      ['load'],
      ['forest', 'load'],
      ['logistic', 'load'],
      ['other', 'load'],
      ['compare', 'forest', 'logistic']
    ].map(([name, ...after]) => ({ name: name!, cells: [], after }))
  };
  return fold(
    initialRunState,
    [created, ...events].map((body, at) => ({ ...body, seq: at + 1, time: at }))
  );
}
const started = (step: string): RunEventBody => ({
  type: 'step-started',
  step,
  attempt: 1,
  pid: 1
});
const finished = (step: string, state: 'succeeded' | 'failed'): RunEventBody =>
  stepFinished(step, { state });

it('shows what failed before what runs, and what runs before what is done', () => {
  expect(interesting(run())).toBe('load');
  expect(interesting(run(started('load')))).toBe('load');
  const both = [finished('load', 'succeeded'), started('forest')];
  expect(interesting(run(...both))).toBe('forest');
  expect(interesting(run(...both, finished('other', 'failed')))).toBe('other');
  expect(interesting(run(finished('load', 'succeeded')))).toBe('load');
});

it('keeps what stands above the step and above what comes after it, and nothing else', () => {
  const kept = (from: string) => keptWhenResumed(run(), from).map(({ name }) => name);
  expect(kept('forest')).toEqual(['load', 'logistic']);
  expect(kept('load')).toEqual([]);
  expect(kept('compare')).toEqual(['load', 'forest', 'logistic']);
  expect(kept('other')).toEqual(['load']);
});
