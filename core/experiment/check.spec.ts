import { NotebookEdit } from '../diagnostics';
import { parseNotebook } from '../notebook';
import type { Pipeline } from '../pipeline';
import { CaseBuilder } from '../testing/dataflow/builder';
import { neededPackages } from './algorithms';
import { checkExperiment } from './check';
import { checkPackages } from './checks/algorithm';
import type { ExperimentSurroundings } from './checks/input';
import { freeName } from './checks/name';
import { defaultExperiment } from './metadata';
import type { ExperimentSpec, ParameterSpec } from './model';
import { experimentDiagnostics } from './problemDiagnostics';
import { reportedMetrics } from './reported';
import { withParameterTypes } from './typed';

const NOTEBOOK = `-- @imports
import chard
-- @parameters
rate = 0.1
batch = 32
kind = "rbf"
fast = True
depth = None
sizes = [1, 2]
unused = 1
-- load
data = [batch, kind, fast, depth, sizes]
-- train after load
for epoch in range(3):
    chard.log_metric("val_loss", rate, epoch)
score = len(data)
-- @metrics
print("score", score)
print("loss", score)
`;

const builder = new CaseBuilder();
let pipeline: Pipeline;
beforeAll(() => {
  pipeline = builder.pipeline(NOTEBOOK);
});

const rate: ParameterSpec = {
  name: 'rate',
  type: 'double',
  min: 0.001,
  max: 0.1,
  step: null,
  distribution: 'uniform'
};
const batch: ParameterSpec = { name: 'batch', type: 'discrete', list: [16, 32] };
const kind: ParameterSpec = { name: 'kind', type: 'categorical', list: ['rbf', 'poly'] };

function good(change: Partial<ExperimentSpec> = {}): ExperimentSpec {
  const spec = defaultExperiment('e');
  return {
    ...spec,
    parameters: [rate, batch],
    objective: { ...spec.objective, metric: 'loss' },
    ...change
  };
}

function problems(change: Partial<ExperimentSpec>, around: Partial<ExperimentSurroundings> = {}) {
  return checkExperiment(good(change), {
    engine: 'local',
    pipeline,
    takenNames: [],
    ...around
  });
}

/** What is said: severity, code and field of each, and that its fixes repair it. */
function said(change: Partial<ExperimentSpec>, around: Partial<ExperimentSurroundings> = {}) {
  const found = problems(change, around);
  for (const { code, message, fixes } of found) {
    expect(message).toMatch(/[.?)]$/u);
    for (const fix of fixes) {
      const again = checkExperiment(
        { ...good(change), ...fix.change },
        { engine: 'local', pipeline, takenNames: [], ...around }
      );
      const count = (all: typeof found) => all.filter(each => each.code === code).length;
      expect([code, fix.title, count(again)]).toEqual([code, fix.title, count(found) - 1]);
    }
  }
  return found.map(({ severity, code, field }) => `${severity} ${code} ${field.join('.')}`);
}

const range = (change: Partial<Extract<ParameterSpec, { type: 'double' }>>): ParameterSpec => ({
  ...rate,
  ...change
});
const objective = (change: object) => ({
  objective: { ...good().objective, ...change }
});

test('an experiment that makes sense is not spoken of', () => {
  expect(said({})).toEqual([]);
  expect(said({}, { engine: 'katib' })).toEqual([]);
  expect(said({}, { pipeline: null })).toEqual([]);
});

test('a name is there, and no other experiment has it', () => {
  expect(said({ name: ' ' })).toEqual(['error experiment-without-name name']);
  expect(said({ name: 'e' }, { takenNames: ['e', 'e-2'] })).toEqual([
    'error experiment-name-taken name'
  ]);
  expect(freeName('e-2', ['e-2', 'e-3'])).toBe('e-4');
  expect(freeName('', [''])).toBe('-2');
});

it('takes a number for a count only where others are counted so', () => {
  expect(freeName('e-2', ['e', 'e-2'])).toBe('e-3');
  expect(freeName('resnet-50', ['resnet-50'])).toBe('resnet-50-2');
  expect(freeName('resnet-50', ['resnet-50', 'resnet-50-2'])).toBe('resnet-50-3');
  expect(freeName('resnet-50-2', ['resnet-50', 'resnet-50-2'])).toBe('resnet-50-3');
});

test.each<[string, ParameterSpec[], string[]]>([
  ['none', [], ['error nothing-to-tune parameters']],
  ['no name', [rate, { ...batch, name: '' }], ['error parameter-without-name parameters.1.name']],
  ['twice', [rate, batch, rate], ['error parameter-tuned-twice parameters.2.name']],
  ['unknown', [range({ name: 'rat' })], ['error unknown-parameter parameters.0.name']],
  [
    'unused',
    [{ ...batch, name: 'unused' }],
    [
      'warning parameter-without-effect parameters.0.name',
      'warning more-trials-than-points maxTrialCount'
    ]
  ],
  [
    'fractions of a whole number',
    [range({ name: 'batch', min: 0.5, max: 9.5 })],
    ['error wrong-parameter-type parameters.0.type']
  ],
  ['a range of texts', [range({ name: 'kind' })], ['error wrong-parameter-type parameters.0.type']],
  [
    'a list in which one is no number',
    [rate, { name: 'batch', type: 'categorical', list: [1, 'x'] }],
    ['error wrong-parameter-type parameters.1.list']
  ],
  [
    'a list as parameter',
    [range({ name: 'sizes' })],
    ['error wrong-parameter-type parameters.0.type']
  ],
  ['ends before it begins', [range({ max: 0 })], ['error empty-range parameters.0.max']],
  ['has no width', [range({ min: -1e308, max: 1e308 })], ['error range-too-wide parameters.0.max']],
  ['no way forward', [range({ step: -1 })], ['error bad-step parameters.0.step']],
  [
    'a log range from zero',
    [range({ min: 0, distribution: 'logUniform' })],
    ['error log-range-from-zero parameters.0.min']
  ],
  [
    'a log range with a step',
    [range({ step: 0.001, distribution: 'logUniform' })],
    ['error log-range-with-step parameters.0.step']
  ],
  [
    'one value',
    [batch, range({ max: 0.001 })],
    ['warning one-value parameters.1.max', 'warning more-trials-than-points maxTrialCount']
  ],
  [
    'one step',
    [batch, range({ step: 1 })],
    ['warning one-value parameters.1.step', 'warning more-trials-than-points maxTrialCount']
  ],
  ['a step beside the end', [range({ step: 0.005 })], ['info uneven-step parameters.0.step']],
  ['many decades', [range({ max: 9 })], ['info range-over-decades parameters.0.distribution']],
  ['nothing in a list', [rate, { ...kind, list: [] }], ['error empty-list parameters.1.list']],
  [
    'the same again',
    [rate, { ...kind, list: ['a', 'b', 'a'] }],
    ['warning repeated-value parameters.1.list']
  ],
  ['None, which takes anything', [{ ...range({ name: 'depth' }) }], []],
  ['True and False', [rate, { name: 'fast', type: 'categorical', list: [true, false] }], []]
])('parameters: %s', (_what, parameters, expected) => {
  expect(said({ parameters })).toEqual(expected);
});

test('the walk-through of the X-rays is possible, and hints at what it leaves out', () => {
  const parameters: ParameterSpec[] = [
    range({ step: 0.01 }),
    { name: 'batch', type: 'int', min: 8, max: 128, step: 32, distribution: 'uniform' }
  ];
  const found = problems({ parameters, maxTrialCount: 6 });
  expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    'info uneven-step',
    'info uneven-step'
  ]);
  expect(found[0]!.message).toBe(
    'Steps of 0.01 from 0.001 end at 0.091: 0.1 itself is never tried for "rate".'
  );
  expect(found[0]!.fixes.map(({ title }) => title)).toEqual(['End at 0.091', 'End at 0.101']);
});

test('an objective has a metric that a step reports', () => {
  expect(said(objective({ metric: '' }))).toEqual([
    'error objective-without-metric objective.metric'
  ]);
  expect(said(objective({ metric: 'los' }))).toEqual(['error unknown-metric objective.metric']);
  expect(said(objective({ metric: 'val_loss' }))).toEqual([]);
  expect(said(objective({ metric: 'seen' }), { seenMetrics: ['seen'] })).toEqual([]);
  expect(said(objective({ additionalMetrics: ['score', 'loss', 'score', 'nothing'] }))).toEqual([
    'error metric-named-twice objective.additionalMetrics.1',
    'error metric-named-twice objective.additionalMetrics.2',
    'warning unknown-metric objective.additionalMetrics.3'
  ]);
  expect(said(objective({ strategies: { loss: 'latest', other: 'min' } }))).toEqual([
    'warning strategy-without-metric objective.strategies.other'
  ]);
});

test('what code does not spell out is not called wrong', () => {
  const loud = builder.pipeline(NOTEBOOK.replace('"val_loss"', 'str(epoch)'));
  expect(said(objective({ metric: 'anything' }), { pipeline: loud })).toEqual([
    'info metric-not-seen objective.metric'
  ]);
  expect(reportedMetrics(pipeline)).toEqual({
    single: ['score', 'loss'],
    logged: ['val_loss'],
    printed: [],
    others: false
  });
  expect(reportedMetrics(loud).others).toBe(true);
  const imported = builder.pipeline(
    NOTEBOOK.replace('chard.log_metric(', 'log_metric(').replace(
      'import chard',
      'from chard import log_metric'
    )
  );
  expect(reportedMetrics(imported)).toMatchObject({ logged: ['val_loss'], others: false });
  expect(reportedMetrics(pipeline, ['import chard.keras\n']).others).toBe(true);
});

test('an algorithm is one, and takes what is there', () => {
  const algorithm = (name: string, settings = {}) => ({ algorithm: { name, settings } });
  expect(said(algorithm('radnom'))).toEqual(['error unknown-algorithm algorithm.name']);
  expect(said({ ...algorithm('cmaes'), parameters: [rate, kind] })).toEqual([
    'error algorithm-takes-numbers-only algorithm.name'
  ]);
  expect(said(algorithm('cmaes'))).toEqual(['error too-few-parameters algorithm.name']);
  expect(said(algorithm('tpe', { n_EI_candidates: '0', gamma: '0.3' }))).toEqual([
    'error invalid-setting algorithm.settings.n_EI_candidates',
    'info unknown-setting algorithm.settings.gamma'
  ]);
  expect(said(algorithm('tpe', { n_startup_trials: '3' }), { engine: 'katib' })).toEqual([
    'error unknown-setting algorithm.settings.n_startup_trials'
  ]);
  expect(said(algorithm('hyperband'))).toEqual([]);
  expect(said(algorithm('hyperband', { resource_name: 'bath' }), { engine: 'katib' })).toEqual([
    'error invalid-setting algorithm.settings.resource_name',
    'error missing-setting algorithm.settings.r_l'
  ]);
  const hyperband = algorithm('hyperband', { r_l: '9', resource_name: 'batch' });
  expect(said(hyperband, { engine: 'katib' })).toEqual([
    'error too-few-in-parallel parallelTrialCount'
  ]);
});

test('a grid has an end, and one that can be reached', () => {
  const grid = { algorithm: { name: 'grid', settings: {} } };
  expect(said({ ...grid, parameters: [batch, rate] })).toEqual([
    'error endless-grid parameters.1.step'
  ]);
  const fine: ParameterSpec[] = [
    { name: 'rate', type: 'double', min: 0, max: 1, step: 0.001, distribution: 'uniform' },
    { name: 'batch', type: 'int', min: 1, max: 1000, step: null, distribution: 'uniform' }
  ];
  const [million] = problems({ ...grid, parameters: fine });
  expect(million).toMatchObject({ severity: 'error', code: 'grid-too-large' });
  expect(million!.message).toContain('1,001,000 points');
  const small: ParameterSpec[] = [batch, kind];
  expect(said({ ...grid, parameters: small, maxTrialCount: 3 })).toEqual([
    'warning grid-larger-than-trials maxTrialCount'
  ]);
  const more = { ...grid, parameters: small, maxTrialCount: 5 };
  expect(said(more)).toEqual(['warning more-trials-than-points maxTrialCount']);
  expect(said(more, { engine: 'katib' })).toEqual(['error more-trials-than-points maxTrialCount']);
});

test('early stopping is one that the engine has, with values to go by', () => {
  const stop = (name: string, settings = {}) => ({ earlyStopping: { name, settings } });
  const curve = objective({ metric: 'val_loss' });
  expect(said({ ...curve, ...stop('medianstop', { start_step: '2' }) })).toEqual([]);
  expect(said({ ...curve, ...stop('medianstop', { start_step: '0', x: '1' }) })).toEqual([
    'error invalid-setting earlyStopping.settings.start_step',
    'info unknown-setting earlyStopping.settings.x'
  ]);
  expect(said({ ...curve, ...stop('median') })).toEqual([
    'error unknown-early-stopping earlyStopping.name'
  ]);
  expect(said({ ...curve, ...stop('wilcoxon') }, { engine: 'katib' })).toEqual([
    'error early-stopping-not-there earlyStopping.name'
  ]);
  expect(said(stop('medianstop'))).toEqual(['warning nothing-to-stop-by earlyStopping.name']);
});

test('settings of early stopping go together', () => {
  const stop = (name: string, settings = {}) => ({
    ...objective({ metric: 'val_loss' }),
    earlyStopping: { name, settings }
  });
  expect(said(stop('threshold'))).toEqual(['error missing-setting earlyStopping.settings.upper']);
  expect(said(stop('threshold', { lower: '1' }))).toEqual([]);
  const [bounds] = problems(stop('threshold', { lower: '5', upper: '-1' }));
  expect(bounds).toMatchObject({
    code: 'invalid-setting',
    field: ['earlyStopping', 'settings', 'upper'],
    fixes: [
      {
        change: { earlyStopping: { name: 'threshold', settings: { lower: '-1', upper: '5' } } }
      }
    ]
  });
  expect(said(stop('hyperband', { min_resource: '9', max_resource: '3' }))).toEqual([
    'error invalid-setting earlyStopping.settings.max_resource'
  ]);
  const both = { ...stop('medianstop'), algorithm: { name: 'hyperband', settings: {} } };
  expect(said(both)).toEqual(['warning early-stopping-unused earlyStopping.name']);
  expect(said(both, { engine: 'katib' })).not.toContain(
    'warning early-stopping-unused earlyStopping.name'
  );
});

test.each(['0x10', '1e1', '2.0', ' 4', '', '1_0', 'NaN'])(
  'a whole number is one for Python and Go, too: %j is none',
  text => {
    expect(said({ algorithm: { name: 'tpe', settings: { n_EI_candidates: text } } })).toEqual([
      'error invalid-setting algorithm.settings.n_EI_candidates'
    ]);
  }
);

test.each(['1', '+1.5', '.5', '2.', '1e-3'])('%j is a number', text => {
  expect(said({ algorithm: { name: 'tpe', settings: { prior_weight: text } } })).toEqual([]);
});

test('packages that are missing are told at what needs them', () => {
  const spec = good({
    algorithm: { name: 'bayesianoptimization', settings: {} },
    earlyStopping: { name: 'wilcoxon', settings: {} }
  });
  expect(neededPackages(spec)).toEqual(['scipy', 'torch']);
  expect(neededPackages(good())).toEqual([]);
  expect(checkPackages(spec, [])).toEqual([]);
  const [torch, ...others] = checkPackages(spec, ['torch']);
  expect(torch).toMatchObject({ code: 'packages-missing', field: ['algorithm', 'name'] });
  expect(torch!.message).toContain('`pip install torch`');
  expect(others).toEqual([]);
  expect(checkPackages(spec, ['scipy', 'torch']).map(({ field }) => field[0])).toEqual([
    'algorithm',
    'earlyStopping'
  ]);
});

test.each([
  ['print("loss", rate)', ['loss']],
  ["print('loss:', rate, flush=True)", ['loss']],
  ['print(f"loss = {rate:.4f}")', ['loss']],
  ["print(f'val loss {rate}')", ['val loss']],
  ['print(f"after {rate} loss {rate}")', []],
  ['print("loss")', []],
  ['print("loss %s" % rate)', []]
])('a step that has %s prints %j', (line, names) => {
  const printing = builder.pipeline(NOTEBOOK.replace('score = len', `${line}\nscore = len`));
  expect(reportedMetrics(printing).printed).toEqual(names);
});

test('a metric that a step prints is reported while a trial runs, on this machine', () => {
  const quiet = NOTEBOOK.replace(/chard\.log_metric\(.*\)/u, 'print("val_loss", rate)');
  const printing = builder.pipeline(quiet.replace('score = len', 'print("loss", 1)\nscore = len'));
  const stop = { earlyStopping: { name: 'medianstop', settings: {} } };
  const around = { pipeline: printing };
  expect(said(stop, around)).toEqual([]);
  expect(said({ ...objective({ metric: 'val_loss' }), ...stop }, around)).toEqual([]);
  expect(said(objective({ metric: 'val_loss' }), { ...around, engine: 'katib' })).toEqual([
    'error unknown-metric objective.metric'
  ]);
  expect(said(stop, { ...around, engine: 'katib' })).toEqual([
    'warning nothing-to-stop-by earlyStopping.name'
  ]);
  const logging = builder.pipeline(
    quiet.replace('score = len', 'print("loss", 1)\nchard.log_metric("other", 1)\nscore = len')
  );
  expect(said(stop, { pipeline: logging })).toEqual([]);
});

test('counts are numbers of trials that go together', () => {
  expect(said({ maxTrialCount: 0, parallelTrialCount: 0, maxFailedTrialCount: -1 })).toEqual([
    'error bad-count maxTrialCount',
    'error bad-count parallelTrialCount',
    'error bad-count maxFailedTrialCount'
  ]);
  expect(said({ maxTrialCount: 2, parallelTrialCount: 3, maxFailedTrialCount: 3 })).toEqual([
    'error more-parallel-than-trials parallelTrialCount',
    'error more-failures-than-trials maxFailedTrialCount'
  ]);
  expect(said({ seed: -1, trialTimeoutSeconds: 0 })).toEqual([
    'error bad-seed seed',
    'error bad-time-limit trialTimeoutSeconds'
  ]);
});

test('problems are diagnostics whose fixes edit the notebook', () => {
  const { notebook } = parseNotebook('{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}');
  const [found] = experimentDiagnostics(notebook!, problems({ name: '' }));
  expect(found).toMatchObject({ code: 'experiment-without-name', field: ['name'], cell: null });
  const [edit] = found!.fixes[0]!.edits;
  expect(NotebookEdit.parse(edit)).toEqual({
    kind: 'set-metadata',
    cell: null,
    path: ['chard', 'tuning', 'name'],
    value: pipeline.name
  });
});

test("texts of Katib's forms become what the notebook's parameters hold", () => {
  const texts: ParameterSpec[] = [
    { name: 'batch', type: 'categorical', list: ['16', '32'] },
    { name: 'fast', type: 'categorical', list: ['True', 'false', 'perhaps'] },
    { name: 'depth', type: 'categorical', list: ['3', 'None'] },
    kind,
    rate
  ];
  expect(withParameterTypes(good({ parameters: texts }), pipeline).parameters).toEqual([
    { name: 'batch', type: 'categorical', list: [16, 32] },
    { name: 'fast', type: 'categorical', list: [true, false, 'perhaps'] },
    { name: 'depth', type: 'categorical', list: [3, null] },
    kind,
    rate
  ]);
});
