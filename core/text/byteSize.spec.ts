import { byteSize } from './index';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [99.9 * 1024, '99.9 KiB'],
  [99.96 * 1024, '100 KiB'],
  [1023.6 * 1024, '1.0 MiB'],
  [3.4 * 1024 ** 2, '3.4 MiB'],
  [2500 * 1024 ** 4, '2500 TiB']
])('%d bytes are %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});
