import { isQuantity, quantityValue } from './quantity';

test.each([
  ['2', 2],
  ['+2', 2],
  ['0.5', 0.5],
  ['2.', 2],
  ['.5', 0.5],
  ['500m', 0.5],
  ['4Gi', 4 * 2 ** 30],
  ['100M', 100e6],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1e-3', 0.001],
  ['2E', 2e18],
  ['1k', 1000],
  ['', null],
  ['.', null],
  ['4GiB', null],
  ['4GB', null],
  ['4 Gi', null],
  [' 4Gi', null],
  ['1e3Gi', null],
  ['many', null],
  ['-1', null],
  ['1K', null],
  ['٤', null]
])('reads the quantity %j as %p', (text, value) => {
  expect(quantityValue(text)).toBe(value);
  expect(isQuantity(text)).toBe(value !== null);
});
