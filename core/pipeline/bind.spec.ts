import { CaseBuilder } from '../testing/dataflow/builder';
import { bindParameters, parseParameterValues } from './bind';
import type { Pipeline } from './model';

const builder = new CaseBuilder();
let pipeline: Pipeline;

beforeAll(() => {
  pipeline = builder.pipeline(`-- @parameters
rate: float = 1  # how fast
name = "é😀"; depth = -3
options = {"a": [1, 2]}
area = rate * depth
missing = None
-- a
print(area, name, options, missing)
`);
});

function source(bound: Pipeline | null): string[] {
  return bound?.prologue[0]?.source.split('\n') ?? [];
}

test('parameters are the lines with a literal, typed by it and its annotation', () => {
  expect(pipeline.parameters.map(({ name, type, default: value }) => [name, type, value])).toEqual([
    ['rate', 'float', 1],
    ['name', 'str', 'é😀'],
    ['depth', 'int', -3],
    ['options', 'dict', { a: [1, 2] }],
    ['missing', 'none', null]
  ]);
});

test('the literal is where the cell says it', () => {
  const text = pipeline.prologue[0]!.source;
  const literals = pipeline.parameters.map(({ literal }) => text.slice(literal.start, literal.end));
  expect(literals).toEqual(['1', '"é😀"', '-3', '{"a": [1, 2]}', 'None']);
});

test('a step uses the parameters that its names are computed from', () => {
  expect(pipeline.steps[0]!.parameters).toEqual(['rate', 'name', 'depth', 'options', 'missing']);
});

test('other values stand in the place of the literals, and nothing else changes', () => {
  const { pipeline: bound, diagnostics } = bindParameters(pipeline, {
    depth: 12,
    name: 'x',
    rate: 0.5
  });
  expect(diagnostics).toEqual([]);
  expect(source(bound).slice(0, 2)).toEqual([
    'rate: float = 0.5  # how fast',
    "name = 'x'; depth = 12"
  ]);
  const text = bound!.prologue[0]!.source;
  expect(bound!.parameters.map(({ literal }) => text.slice(literal.start, literal.end))).toEqual([
    '0.5',
    "'x'",
    '12',
    '{"a": [1, 2]}',
    'None'
  ]);
  expect(bound!.steps).toEqual(pipeline.steps);
  expect(
    bindParameters(bound!, { depth: -3, name: 'é😀', rate: 1 }).pipeline!.parameters[2]!.default
  ).toBe(-3);
});

test('a parameter that is None takes any literal', () => {
  expect(source(bindParameters(pipeline, { missing: [1, 'a'] }).pipeline).at(-1)).toBe(
    "missing = [1, 'a']"
  );
});

test('what does not fit is named', () => {
  const { pipeline: bound, diagnostics } = bindParameters(pipeline, { depth: 'deep', nmae: 'x' });
  expect(bound).toBeNull();
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['wrong-parameter-type', 'The parameter "depth" is a whole number; "deep" is not.'],
    ['unknown-parameter', 'The pipeline "inline" has no parameter "nmae". Did you mean "name"?']
  ]);
});

test('texts are read by the type of the parameter', () => {
  const { values, diagnostics } = parseParameterValues(pipeline, [
    'name=3',
    'depth=3',
    'rate=2',
    'missing=x=y'
  ]);
  expect(diagnostics).toEqual([]);
  expect(values).toEqual({ name: '3', depth: 3, rate: 2, missing: 'x=y' });
});

test('texts that cannot be read are named', () => {
  const { diagnostics } = parseParameterValues(pipeline, ['depth=deep', 'rate', 'colour=red']);
  expect(diagnostics.map(({ code }) => code)).toEqual([
    'wrong-parameter-type',
    'malformed-parameter',
    'unknown-parameter'
  ]);
});

test('of two lines for one name the last is the parameter', () => {
  const twice = builder.build('-- @parameters\nn = 1\nn = 2\n-- a\nprint(n)\n');
  expect(twice.diagnostics.map(({ code }) => code)).toEqual(['duplicate-parameter']);
  expect(source(bindParameters(twice.pipeline!, { n: 5 }).pipeline)).toEqual(['n = 1', 'n = 5']);
});
