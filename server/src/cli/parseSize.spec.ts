import { parseSize } from './parseSize';

it.each([
  ['1000', 1000],
  ['500MB', 500e6],
  ['2 GiB', 2 * 2 ** 30],
  ['1.5k', 1500],
  ['1g', 1e9]
])('reads %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

it.each(['', 'much', '-1', '1 EB', '1..5MB'])('refuses %j', text => {
  expect(() => parseSize(text)).toThrow('such as 500MB');
});
