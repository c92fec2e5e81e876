import { caseNotebook, readCases } from '../../../core/testing/dataflow/caseFile';
import { Pipelines } from './pipelines';

let pipelines: Pipelines;
beforeAll(async () => {
  pipelines = await Pipelines.open();
});
afterAll(() => pipelines.close());

/** What these print (times, paths, a script's own text) differs from run to run or from Python to Python. */
const UNPREDICTABLE = new Set(['time-line', 'help-line', 'unknown-code']);

test.each(readCases().map(each => [each.name, each] as const))('%s', async (name, flowCase) => {
  const { pipeline, errors } = pipelines.build(caseNotebook(flowCase));
  if (pipeline === null || errors.length > 0) {
    expect(flowCase.finds).toEqual(expect.arrayContaining(errors));
    return;
  }
  const state = await pipelines.run(pipeline, { cache: false });
  if (flowCase.finds.includes('cannot-pass')) {
    expect(state.error?.message).toContain('cannot be passed on');
    return;
  }
  expect([state.phase, state.error]).toEqual(['succeeded', null]);
  if (!UNPREDICTABLE.has(name)) {
    const expected = [...flowCase.steps].map(([step, { prints }]) => [step, prints]);
    expect(pipelines.prints(state)).toEqual(Object.fromEntries(expected));
  }
});
