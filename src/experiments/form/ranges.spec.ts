import type { Parameter } from '@chard/core/pipeline';
import { asKind, kindOf, kindsFor, printList, readList, readNumber } from './ranges';

const parameter = (name: string, type: Parameter['type'], value: unknown): Parameter =>
  ({ name, type, default: value, literal: { cell: 0, start: 0, end: 0 } }) as Parameter;

it('offers what a parameter can be', () => {
  expect(kindsFor('float')).toEqual(['fixed', 'range', 'list', 'choices']);
  expect(kindsFor('bool')).toEqual(['fixed', 'choices']);
  expect(kindsFor('dict')).toEqual(['fixed']);
});

it('keeps what can be kept when a parameter becomes another kind', () => {
  const batch = parameter('batch_size', 'int', 32);
  const list = asKind(batch, undefined, 'list')!;
  expect(list).toMatchObject({ type: 'discrete', list: [8, 16, 32, 64, 128] });
  const range = asKind(batch, list, 'range')!;
  expect(range).toMatchObject({ type: 'int', min: 8, max: 128 });
  expect(kindOf(asKind(batch, range, 'choices')!)).toBe('choices');
  expect(asKind(batch, range, 'fixed')).toBeNull();
  expect(asKind(parameter('fast', 'bool', true), undefined, 'choices')).toMatchObject({
    list: [true, false]
  });
  expect(asKind(parameter('title', 'str', 'a'), undefined, 'choices')).toMatchObject({
    type: 'categorical',
    list: ['a']
  });
});

it.each([
  [['adam', 'sgd'], 'str', 'adam, sgd'],
  [['a, b', 'it’s', "it's"], 'str', '"a, b", it’s, "it\'s"'],
  [[true, false], 'bool', 'True, False'],
  [[null, 3, 'auto'], 'none', 'None, 3, "auto"'],
  [[16, 32], 'int', '16, 32']
] as const)('a list is read as it is printed: %j', (list, type, text) => {
  expect(printList(list, type)).toBe(text);
  expect(readList(text, type, false)).toEqual(list);
});

it('does not take what is no value of the type', () => {
  expect(readList('16, x', 'int', true)).toBeNull();
  expect(readList('16, 1.5', 'int', true)).toBeNull();
  expect(readList('yes', 'bool', false)).toBeNull();
  expect(readList('', 'int', true)).toEqual([]);
  expect([readNumber('1e-3', false), readNumber('1.5', true), readNumber(' ', false)]).toEqual([
    0.001,
    null,
    null
  ]);
});
