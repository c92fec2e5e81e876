import type { Pipeline } from '../pipeline';
import { CaseBuilder } from '../testing/dataflow/builder';
import { compareRuns, firstCause, type ComparedRun } from './comparison';
import type { RunEventBody } from './events';
import { fold } from './reduce';
import { initialRunState } from './state';
import { logOf, stepFinished } from './testing/logs';

const builder = new CaseBuilder();

const NOTEBOOK = `-- @parameters
rate = 2
size = 5
-- load
data = [1, 2]
-- model after load
model = [rate, data]
-- train after model
score = len(model)
-- @metrics
print("score", score)
`;

interface Went {
  readonly text?: string;
  readonly parameters?: Record<string, number>;
  /** Content of a name that a step leaves; the same in all runs that do not say otherwise. */
  readonly digests?: Record<string, string>;
  readonly metrics?: Record<string, number>;
  readonly failed?: string;
  readonly environment?: Record<string, string>;
}

/** A finished run of the notebook. */
function run({ text = NOTEBOOK, digests = {}, failed, ...went }: Went): ComparedRun {
  const pipeline: Pipeline = builder.pipeline(text);
  const steps = [...pipeline.steps, ...(pipeline.metricsStep ? [pipeline.metricsStep] : [])];
  const parameters = { rate: 2, size: 5, ...went.parameters };
  const created: RunEventBody = {
    type: 'run-created',
    run: 'r',
    pipeline: 'p',
    notebook: { path: 'n', sha256: '' },
    parameters,
    options: { cache: true, from: null, only: null, base: null },
    steps: steps.map(({ name, cells, after }) => ({ name, cells, after: after.map(a => a.step) }))
  };
  const finished = steps.map(({ name, leaves }) =>
    stepFinished(name, {
      state: name === failed ? 'failed' : 'succeeded',
      values: leaves.map(value => ({
        name: value,
        origin: name,
        digest: digests[value] ?? 'same',
        group: 'g',
        bytes: 1,
        type: 'int',
        repr: '',
        globals: [],
        refused: null
      }))
    })
  );
  const metrics = Object.entries(went.metrics ?? {}).map(([name, value]): RunEventBody => ({
    type: 'metric',
    step: '@metrics',
    attempt: 1,
    name,
    value,
    at: null
  }));
  return {
    state: fold(initialRunState, logOf([created, ...metrics, ...finished])),
    pipeline,
    environment: went.environment ?? { python: '3.11', numpy: '2.0' }
  };
}

const causes = (...runs: Went[]) =>
  Object.fromEntries(
    compareRuns(runs.map(run))
      .steps.filter(step => step.causes.length > 0)
      .map(step => [step.name, step.causes])
  );

test('two runs of the same are the same', () => {
  const comparison = compareRuns([run({}), run({})]);
  expect(causes({}, {})).toEqual({});
  expect(comparison.parameters.map(({ name, differs }) => [name, differs])).toEqual([
    ['rate', false],
    ['size', false]
  ]);
  expect([comparison.environment, firstCause(comparison)]).toEqual([[], null]);
});

test('a parameter differs where it is used, and below by what comes from there', () => {
  const other: Went = {
    parameters: { rate: 3 },
    digests: { model: 'other', score: 'other' },
    metrics: { score: 3 }
  };
  expect(causes({ metrics: { score: 2 } }, other)).toEqual({
    model: [{ kind: 'parameter', name: 'rate' }],
    train: [{ kind: 'input', name: 'model', from: 'model' }],
    '@metrics': [{ kind: 'input', name: 'score', from: 'train' }]
  });
  const comparison = compareRuns([run({ metrics: { score: 2 } }), run(other)]);
  expect(firstCause(comparison)).toEqual({
    step: 'model',
    cause: { kind: 'parameter', name: 'rate' }
  });
  expect(comparison.steps.find(({ name }) => name === 'train')!.outputs).toEqual(['score']);
  expect(comparison.metrics).toMatchObject([{ name: 'score', differs: true }]);
});

test('other code, a step more, an environment, and what nothing explains', () => {
  expect(causes({}, { text: NOTEBOOK.replace('[1, 2]', '[1, 2, 3]') })).toEqual({
    load: [{ kind: 'code' }]
  });
  const more = NOTEBOOK.replace('-- @metrics', '-- show after train\nprint(score)\n-- @metrics');
  expect(causes({}, { text: more })).toEqual({ show: [{ kind: 'absent' }] });
  const digests = { data: 'other' };
  const newer = { python: '3.11', numpy: '2.1' };
  expect(causes({}, { digests, environment: newer })).toMatchObject({
    load: [{ kind: 'environment' }]
  });
  expect(compareRuns([run({}), run({ environment: newer })]).environment).toEqual([
    { name: 'numpy', values: ['2.0', '2.1'], differs: true }
  ]);
  expect(causes({}, { digests })).toMatchObject({ load: [{ kind: 'unknown' }] });
  expect(causes({}, { failed: 'load' })).toMatchObject({ load: [{ kind: 'outcome' }] });
});

test('more than two runs are compared with the first', () => {
  const found = compareRuns([
    run({}),
    run({ parameters: { rate: 3 } }),
    run({ parameters: { size: 6 }, text: NOTEBOOK.replace('len(model)', 'len(model) + 1') })
  ]);
  expect(found.parameters.map(({ values, differs }) => [values, differs])).toEqual([
    [[2, 3, 2], true],
    [[5, 5, 6], true]
  ]);
  expect(found.steps.flatMap(step => step.causes)).toEqual([
    { kind: 'parameter', name: 'rate' },
    { kind: 'code' }
  ]);
});
