import fc from 'fast-check';
import { tokenize } from './lexer';

function words(source: string): string[] {
  return tokenize(source).map(({ kind, text }) => (text === '\n' ? kind : text));
}

test('logical lines end, others do not', () => {
  expect(words('a = (1,\n  2)  # why\n\n# only\nb\\\n= c\n')).toEqual([
    ...['a', '=', '(', '1', ',', 'nl', '2', ')', '# why', 'newline', 'nl'],
    ...['# only', 'nl', 'b', '=', 'c', 'newline']
  ]);
});

test.each([
  [`f"{a["b"]}" x`, [`f"{a["b"]}"`, 'x']],
  [`f'{x!r:>{w}}' y`, [`f'{x!r:>{w}}'`, 'y']],
  [`f"{{ }}" rb'\\'' z`, [`f"{{ }}"`, `rb'\\''`, 'z']],
  [`t"""a\n{b}""" c`, [`t"""a\n{b}"""`, 'c']],
  [`f"{f"{f"{x}"}"}"`, [`f"{f"{f"{x}"}"}"`]],
  [`"a" u'b' f'{' '}'`, [`"a"`, `u'b'`, `f'{' '}'`]]
])('strings of %s are whole', (source, expected) => {
  expect(words(source)).toEqual(expected);
});

test('numbers, names and operators', () => {
  expect(words('1_000.5e-3j+0xFF**é:=变量->x...y!=z')).toEqual(
    '1_000.5e-3j + 0xFF ** é := 变量 -> x ... y != z'.split(' ')
  );
});

test('what no token starts with, and strings that never end, are errors', () => {
  const errors = (source: string): string[] =>
    tokenize(source)
      .filter(token => token.kind === 'error')
      .map(token => token.text);
  expect(errors('a ? $b "c\nd')).toEqual(['?', '$', '"c']);
  expect(errors('"""a\nb')).toEqual(['"""a\nb']);
  expect(errors('😀')).toEqual(['😀']);
});

test('tokens are in order, and between them are only blanks and continuations', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.constantFrom(...`ab1 \t\n\\"'{}()[]f:!#=.\f😀é`, '"""'))
        .map(chars => chars.join('')),
      source => {
        let at = 0;
        for (const token of tokenize(source)) {
          expect(source.slice(at, token.start)).toMatch(/^(?:[ \t\f]|\\\n)*$/);
          expect(token.text).toBe(source.slice(token.start, token.end));
          expect(token.end).toBeGreaterThan(token.start);
          at = token.end;
        }
      }
    ),
    { numRuns: 1000, seed: 1 }
  );
});
