import * as fc from 'fast-check';
import type { Parameter, Pipeline } from '../pipeline';
import { CaseBuilder } from '../testing/dataflow/builder';
import { checkExperiment } from './check';
import { isRange, type ParameterSpec } from './model';
import { proposeExperiment, proposeObjectiveType, proposeParameter } from './propose';

const parameter = (name: string, type: Parameter['type'], value: unknown): Parameter => ({
  name,
  type,
  default: value as Parameter['default'],
  literal: { cell: 0, start: 0, end: 0 }
});

/** A proposal in short: `log 0.00001..0.1`, `8,16,32`, in brackets where it is not likely meant. */
function short(name: string, type: Parameter['type'], value: unknown): string {
  const proposal = proposeParameter(parameter(name, type, value));
  if (!proposal) return 'none';
  const text = shortRange(proposal.parameter);
  return proposal.likely ? text : `(${text})`;
}

function shortRange(range: ParameterSpec): string {
  if (!isRange(range)) return range.list.join();
  const step = range.step === null ? '' : ` by ${range.step}`;
  const scale = range.distribution === 'logUniform' ? 'log ' : '';
  return `${scale}${range.type} ${range.min}..${range.max}${step}`;
}

test.each([
  ['learning_rate', 'float', 0.001, 'log double 0.00001..0.1'],
  ['LR', 'float', 0.1, 'log double 0.001..1'],
  ['learningRate', 'float', 0, 'log double 0.00001..0.1'],
  ['weight_decay', 'float', 0, 'log double 0.000001..0.1'],
  ['C', 'float', 1, 'log double 0.001..1000'],
  ['batch_size', 'int', 32, '8,16,32,64,128'],
  ['batch_size', 'int', 100, '32,64,100,128,256,512'],
  ['epochs', 'int', 10, 'int 5..20'],
  ['EPOCHS', 'int', 1, 'int 1..4'],
  ['dropout', 'float', 0.2, 'double 0..0.5 by 0.05'],
  ['dropout_rate', 'float', 0.6, 'double 0..0.8 by 0.05'],
  ['momentum', 'float', 0.9, 'double 0.5..0.99'],
  ['max_depth', 'int', 6, 'int 2..12'],
  ['max_depth', 'none', null, 'int 2..20'],
  ['n_estimators', 'int', 100, 'log int 25..400'],
  ['hidden_units', 'int', 64, '16,32,64,128,256'],
  ['num_layers', 'int', 2, 'int 1..4'],
  ['n_neighbors', 'int', 5, 'int 1..15'],
  ['optimizer', 'str', 'adam', 'adam,sgd,rmsprop,adamw'],
  ['kernel', 'str', 'linear', 'linear,rbf,poly,sigmoid'],
  ['shuffle', 'bool', true, '(true,false)'],
  ['threshold', 'float', 0.5, 'log double 0.05..1'],
  ['size', 'int', 10, '(int 5..20)'],
  ['offset', 'int', 0, '(int 0..1)'],
  ['delta', 'int', -4, '(int -8..-2)'],
  ['seed', 'int', 42, '(int 21..84)'],
  ['data_path', 'str', 'train.csv', 'none'],
  ['greeting', 'str', 'hello', 'none'],
  ['sizes', 'list', [1], 'none']
] as const)('%s (%s %j): %s', (name, type, value, expected) => {
  expect(
    short(name, type, value).replace(
      /1e-(\d)/g,
      (_, zeros) => `0.${'0'.repeat(Number(zeros) - 1)}1`
    )
  ).toBe(expected);
});

test('losses and errors are minimised, all else is maximised', () => {
  const less = ['loss', 'val_loss', 'ValidationLoss', 'RMSE', 'test error', 'log_loss', 'latency'];
  const more = ['accuracy', 'auc', 'f1', 'score', 'r2', 'closeness'];
  expect(less.map(proposeObjectiveType)).toEqual(less.map(() => 'minimize'));
  expect(more.map(proposeObjectiveType)).toEqual(more.map(() => 'maximize'));
});

const NOTEBOOK = `-- @parameters
learning_rate = 0.01
batch_size = 32
seed = 1
path = "x.csv"
-- train
model = [learning_rate, batch_size, seed, path]
loss = 1
-- @metrics
print("accuracy", loss)
print("val_loss", loss)
`;

test('an experiment to begin with has nothing wrong with it', () => {
  const builder = new CaseBuilder();
  const pipeline: Pipeline = builder.pipeline(NOTEBOOK);
  const metrics = pipeline.metrics.map(({ name }) => name);
  const spec = proposeExperiment(pipeline, metrics, 'first');
  expect(spec.parameters.map(({ name }) => name)).toEqual(['learning_rate', 'batch_size']);
  expect(spec.objective).toMatchObject({ metric: 'val_loss', type: 'minimize' });
  expect(checkExperiment(spec, { engine: 'local', pipeline, takenNames: [] })).toEqual([]);
  expect(checkExperiment(spec, { engine: 'katib', pipeline, takenNames: [] })).toEqual([]);
  expect(proposeExperiment(pipeline, [], 'e').objective.metric).toBe('');
});

test('a proposal makes sense whatever the name and the value', () => {
  const names = fc.constantFrom(
    'lr',
    'batch',
    'epochs',
    'dropout',
    'momentum',
    'subsample',
    'depth',
    'n_estimators',
    'units',
    'layers',
    'k',
    'n_clusters',
    'alpha',
    'seed',
    'anything',
    'min_samples_leaf'
  );
  const value = fc.oneof(
    fc.integer({ min: -1000, max: 100000 }).map(each => parameter('', 'int', each)),
    fc
      .double({ min: -1e6, max: 1e6, noNaN: true })
      .filter(each => Math.abs(each) > 1e-9 || each === 0)
      .map(each => parameter('', 'float', each))
  );
  fc.assert(
    fc.property(names, value, (name, typed) => {
      const proposal = proposeParameter({ ...typed, name });
      if (proposal === null) return;
      const spec = {
        ...proposeExperiment({ parameters: [] } as unknown as Pipeline, ['loss'], 'e'),
        parameters: [proposal.parameter],
        maxTrialCount: 1,
        parallelTrialCount: 1,
        maxFailedTrialCount: 0
      };
      const problems = checkExperiment(spec, { engine: 'local', pipeline: null, takenNames: [] });
      expect(problems.filter(({ severity }) => severity !== 'info')).toEqual([]);
      if (typed.type === 'int' && isRange(proposal.parameter)) {
        expect(proposal.parameter.type).toBe('int');
      }
    })
  );
});
