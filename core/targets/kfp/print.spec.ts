import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { printYaml } from './print';
import type { JsonValue } from './spec';

/** Texts that some reader of YAML takes for something else, or does not take at all. */
const TRAPS = [
  '',
  ' ',
  'y',
  'No',
  'null',
  '~',
  '1',
  '1e3',
  '0o7',
  '1_000',
  '12:30',
  '2026-11-26',
  '.inf',
  '<<',
  '=',
  '- x',
  '# x',
  'a: b',
  "it's",
  '"',
  '\\',
  '{{$}}',
  '---',
  '\n',
  'a\n',
  'a\n\n',
  'a\n\nb',
  ' a\nb',
  'a\n---\nb',
  'a\n  b \n',
  'a\tb\nc',
  'a\r\nb',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\x00',
  '\x7f',
  '訓練',
  '😀\n😀',
  'k'.repeat(2000)
];

const text = fc.oneof(fc.constantFrom(...TRAPS), fc.string({ unit: 'grapheme' }));
const { node } = fc.letrec<{ node: JsonValue }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom<JsonValue>(null, true, false, 0, -1, 1e-7, 1e21, -2.5e-9, 0.1, 2 ** 53),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(text, tie('node'), { maxKeys: 4 })
  ) as fc.Arbitrary<JsonValue>
}));

test('what is printed is what is read', () => {
  fc.assert(
    fc.property(fc.dictionary(text, node, { maxKeys: 4, noNullPrototype: true }), document => {
      expect(load(printYaml(document))).toEqual(document);
    }),
    { numRuns: 500 }
  );
});

test('keys are sorted, texts quoted, lines of a text lines of the file', () => {
  const document = {
    y: [{ b: 'x', a: [] }, [1, 'no']],
    name: "it's",
    program: 'if x:\n\n  y\n',
    z: {}
  };
  expect(printYaml(document)).toBe(
    `name: 'it''s'
program: |
  if x:

    y
'y':
- a: []
  b: 'x'
-
  - 1
  - 'no'
z: {}`
  );
});
