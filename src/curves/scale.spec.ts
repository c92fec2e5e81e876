import * as fc from 'fast-check';
import { curvePoints, placeLabels, rangeOf, shortNumber, thin, ticks } from './scale';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

it('places points by what they were logged with, and leaves out what is not finite', () => {
  const point = (value: number | 'nan', at: number | null) => ({ value, at, time: 0 });
  expect(curvePoints([point(1, 10), point('nan', 20), point(3, 5)])).toEqual([
    { x: 5, y: 3 },
    { x: 10, y: 1 }
  ]);
  expect(curvePoints([point(1, null), point('nan', null), point(2, null)])).toEqual([
    { x: 0, y: 1 },
    { x: 2, y: 2 }
  ]);
});

it('has round ticks around every range', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 5 }), values => {
      const range = rangeOf(values);
      const found = ticks(range, 4);
      expect(found.length).toBeGreaterThanOrEqual(2);
      expect(found.length).toBeLessThanOrEqual(7);
      const slack = (range.most - range.least) * 1e-6;
      expect(found[0]!).toBeLessThanOrEqual(range.least + slack);
      expect(found.at(-1)!).toBeGreaterThanOrEqual(range.most - slack);
    })
  );
  expect(ticks({ least: 0, most: 1 }, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

it('widens a range whose ends are the same but for the last digits, which no axis can show', () => {
  const values = [999_999.9999999977, 999_999.999999998] as const;
  const range = rangeOf(values);
  expect(range.most - range.least).toBeGreaterThan(1);
  expect(ticks({ least: values[0], most: values[1] }, 4).length).toBeLessThanOrEqual(7);
});

it('thins a long curve without losing a peak or an end', () => {
  const points = Array.from({ length: 100_000 }, (_, x) => ({ x, y: x === 54_321 ? 99 : x % 7 }));
  const thinned = thin(points, 300);
  expect(thinned.length).toBeLessThanOrEqual(1200);
  expect(thinned).toContainEqual({ x: 54_321, y: 99 });
  expect([thinned[0], thinned.at(-1)]).toEqual([points[0], points.at(-1)]);
});

it('moves labels apart and keeps their order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 8 }), wanted => {
      const placed = placeLabels(wanted, 14, { least: 0, most: 200 });
      const sorted = [...placed].sort((one, other) => one - other);
      sorted
        .slice(1)
        .forEach((value, at) => expect(value - sorted[at]!).toBeGreaterThanOrEqual(14));
      wanted.forEach((one, at) =>
        wanted.forEach((other, to) => {
          if (one < other) expect(placed[at]!).toBeLessThan(placed[to]!);
        })
      );
    })
  );
});

it.each([
  [0.9288888888888889, '0.9289'],
  [200, '200'],
  [0.00001234, '1.23e-5'],
  [12345678.9, '1.23e+7'],
  [0.5, '0.5']
])('writes %d as %s', (value, text) => {
  expect(shortNumber(value)).toBe(text);
});
