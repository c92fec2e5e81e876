import fc from 'fast-check';
import { findJsonError } from './json-error';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findJsonError', () => {
  it.each<[string, number, string]>([
    ['', 0, 'ends too early'],
    ['{"a": [1, 2}', 11, 'comma or a closing bracket'],
    ['{"a": 1,}', 8, 'a key'],
    ['[1,]', 3, 'a value'],
    ['{a: 1}', 1, 'a key'],
    ['{"a" 1}', 5, 'colon'],
    ['[1 2]', 3, 'comma'],
    ['[01]', 1, 'a value'],
    ['[tru]', 1, 'a value'],
    ['[1] x', 4, 'goes on'],
    ['["a\nb"]', 3, 'line break'],
    ['["\\x"]', 2, 'escape'],
    ['["\\u12"]', 2, 'escape'],
    ['["a', 1, 'not closed'],
    ['{"a": 1', 7, 'ends too early'],
    ['// x', 0, 'a value'],
    ['[NaN, -Infinity, x]', 17, 'a value']
  ])('finds the fault of %j', (text, offset, reason) => {
    expect(findJsonError(text)).toMatchObject({
      offset,
      reason: expect.stringContaining(reason) as unknown
    });
  });

  it('finds a fault exactly where JSON.parse does', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', '0', 'é', '\n'))
      .map(([text, at, rubbish]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + rubbish + text.slice(place + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), text => {
        expect(findJsonError(text) === null).toBe(isJson(text));
      }),
      { numRuns: 3000 }
    );
  });
});
