import * as fc from 'fast-check';
import type { ParameterSpec, RangeParameter } from './model';
import { decimals, isInSpace, lastValue, pointsOf, spaceSize, valuesOf } from './space';

const range = (
  type: 'int' | 'double',
  min: number,
  max: number,
  step: number | null = null
): RangeParameter => ({ name: 'x', type, min, max, step, distribution: 'uniform' });

const letters: ParameterSpec = { name: 'c', type: 'categorical', list: ['a', 'b', 'a'] };

test('a space has as many points as its parameters have values together', () => {
  expect(pointsOf(range('int', 1, 5))).toBe(5);
  expect(pointsOf(range('int', 8, 128, 32))).toBe(4);
  expect(pointsOf(range('double', 0.001, 0.1, 0.01))).toBe(10);
  expect(pointsOf(range('double', 0.1, 0.3, 0.1))).toBe(3);
  expect(pointsOf(range('double', 0, 1))).toBe(Infinity);
  expect(pointsOf(range('int', 5, 1))).toBe(0);
  expect(pointsOf(range('int', 5, 5, 9))).toBe(1);
  expect(pointsOf(range('int', 1, 5, 0))).toBe(0);
  expect(spaceSize([range('int', 1, 5), letters])).toBe(10);
});

test('values are those that a person would write', () => {
  expect(valuesOf(range('double', 0.001, 0.1, 0.01))).toEqual([
    0.001, 0.011, 0.021, 0.031, 0.041, 0.051, 0.061, 0.071, 0.081, 0.091
  ]);
  expect(valuesOf(range('double', 0.1, 0.3, 0.1))).toEqual([0.1, 0.2, 0.3]);
  expect(valuesOf(letters)).toEqual(['a', 'b']);
  expect(valuesOf(range('double', 0, 1))).toBeNull();
  expect(lastValue(range('double', 0.001, 0.1, 0.01))).toBe(0.091);
  expect(lastValue(range('int', 8, 128, 32))).toBe(104);
  expect(lastValue(range('double', 0, 1))).toBe(1);
  expect(lastValue(range('double', 0, 1, 1e-12))).toBe(1);
});

test('digits are counted whatever the number looks like', () => {
  expect([0.001, 1e-7, 1.5e-7, 3, 1e21].map(decimals)).toEqual([3, 7, 8, 0, 0]);
});

test('every value of a range with a step lies in its space', () => {
  const cents = fc.integer({ min: -1000, max: 1000 }).map(value => value / 100);
  fc.assert(
    fc.property(
      cents,
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 1, max: 50 }),
      (min, width, step) => {
        const parameter = range('double', min, min + width / 100, step / 100);
        const values = valuesOf(parameter)!;
        expect(values).toHaveLength(Math.floor(width / step) + 1);
        values.forEach(value => expect(isInSpace([parameter], { x: value })).toBe(true));
        expect(values.at(-1)).toBe(lastValue(parameter));
      }
    )
  );
});

test('a point outside of the space, or not one of its parameters, is none of it', () => {
  const space = [range('int', 1, 9, 2), letters];
  expect(isInSpace(space, { x: 3, c: 'b' })).toBe(true);
  expect(isInSpace(space, { x: 4, c: 'b' })).toBe(false);
  expect(isInSpace(space, { x: 11, c: 'b' })).toBe(false);
  expect(isInSpace(space, { x: 3, c: 'z' })).toBe(false);
  expect(isInSpace(space, { x: 3 })).toBe(false);
  expect(isInSpace(space, { x: 3, c: 'b', y: 1 })).toBe(false);
  expect(isInSpace([range('double', 0, 1)], { x: 0.12345 })).toBe(true);
});
