import type { Parameter } from '@chard/core/pipeline';
import { changedValues, fieldsOf, readField } from './fields';

const literal = { cell: 0, start: 0, end: 0 };
const parameter = (name: string, type: Parameter['type'], value: unknown): Parameter =>
  ({ name, type, default: value, literal }) as Parameter;

const ALL = [
  parameter('n', 'int', 3),
  parameter('rate', 'float', 0.1),
  parameter('big', 'int', '9007199254740993'),
  parameter('name', 'str', 'a "b"'),
  parameter('fast', 'bool', true),
  parameter('seed', 'none', null),
  parameter('layers', 'list', [1, { $float: '2.0' }]),
  parameter('limits', 'dict', { low: null })
];

test('defaults are shown as one would type them, and change nothing', () => {
  const fields = fieldsOf(ALL);
  expect(fields.map(({ text }) => text)).toEqual([
    '3',
    '0.1',
    '9007199254740993',
    'a "b"',
    'True',
    'None',
    '[1, 2.0]',
    '{"low": None}'.replaceAll('"', "'")
  ]);
  expect(changedValues(fields)).toEqual({});
});

test.each([
  ['n', '4', 4],
  ['rate', '1', 1],
  ['rate', '1e-3', 0.001],
  ['name', ' 7 ', ' 7 '],
  ['fast', 'False', false],
  ['seed', '42', 42],
  ['seed', 'any text', 'any text'],
  ['layers', '["a", true, null]', ['a', true, null]],
  ['limits', '{"low": 1}', { low: 1 }]
])('%s takes %s', (name, text, value) => {
  const fields = fieldsOf(ALL).map(field =>
    field.parameter.name === name ? { ...field, text } : field
  );
  expect(changedValues(fields)).toEqual({ [name]: value });
});

test.each([
  ['n', '1.5', '"1.5" is not an integer like 3.'],
  ['rate', 'fast', '"fast" is not a number like 0.1.'],
  ['layers', '[1, 2', '"[1, 2" is not a list like ["a", "b"].'],
  ['limits', '[]', '"[]" is not a dict like {"a": 1}.']
])('%s does not take %s, and says so at the field', (name, text, problem) => {
  const field = { ...fieldsOf(ALL).find(each => each.parameter.name === name)!, text };
  expect(readField(field).problem).toBe(problem);
  expect(changedValues([field])).toBeNull();
});

test('values of another run can be given to begin with', () => {
  const fields = fieldsOf(ALL, { n: 5, layers: ['x'] });
  expect(changedValues(fields)).toEqual({ n: 5, layers: ['x'] });
});
