import { join } from 'node:path';
import fc from 'fast-check';
import { askPython } from '../../testing/ipython/oracle';
import { parsePython } from '../syntax';
import type { Value } from './arithmetic';
import { asLiteral } from './asLiteral';
import { evaluateLiteral } from './evaluateLiteral';
import { toLiteral } from './json';
import type { Literal } from './model';
import { parseParameterText } from './parseParameterText';
import { printLiteral } from './printLiteral';

function evaluate(source: string): Literal | null {
  const { body, errors } = parsePython(`(${source}\n)`);
  const [statement] = body;
  expect([source, errors]).toEqual([source, []]);
  if (statement?.kind !== 'Expr') throw new Error(`${source} is no expression`);
  return evaluateLiteral(statement.value);
}

const { value: anyValue } = fc.letrec<{ value: Value }>(tie => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const items = fc.array(tie('value'), { maxLength: 3 });
  const keys = fc.oneof(
    text,
    fc.constantFrom('1', '0', '10', '$int', '$float', '$tuple', '$dict', '__proto__')
  );
  return {
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant<Value>({ kind: 'none' }),
      fc.boolean().map((value): Value => ({ kind: 'bool', value })),
      fc
        .bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
        .map((value): Value => ({ kind: 'int', value })),
      fc.integer().map((value): Value => ({ kind: 'int', value: BigInt(value) })),
      fc.double().map((value): Value => ({ kind: 'float', value })),
      fc.integer().map((value): Value => ({ kind: 'float', value })),
      text.map((value): Value => ({ kind: 'str', value })),
      items.map((list): Value => ({ kind: 'list', items: list })),
      items.map((list): Value => ({ kind: 'tuple', items: list })),
      fc
        .array(fc.tuple(keys, tie('value')), { maxLength: 3 })
        .map((entries): Value => ({ kind: 'dict', entries: new Map(entries) }))
    )
  };
});

describe('literals', () => {
  test('what is printed is read back as the same', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const literal = toLiteral(value);
        expect(evaluate(printLiteral(literal))).toEqual(literal);
      }),
      { numRuns: 1000 }
    );
  });

  test('a literal survives JSON and is recognised behind it', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const literal = toLiteral(value);
        fc.pre(!(literal.type === 'float' && Object.is(literal.value, -0)));
        const { tuple, ...known } = { tuple: undefined, ...literal };
        const revived = JSON.parse(JSON.stringify(literal.value)) as unknown;
        expect(asLiteral(literal.type, revived)).toEqual(known);
        expect(tuple === undefined || literal.type === 'list').toBe(true);
      }),
      { numRuns: 500 }
    );
  });

  test('what is printed is read back from a command line', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const literal = toLiteral(value);
        fc.pre(literal.type === 'list' || literal.type === 'dict');
        const printed = printLiteral(literal).replace(/float\('(-?\w+)'\)/g, '$1');
        fc.pre(!/float/.test(printLiteral(literal).replace(/float\('-?(?:nan|inf)'\)/g, '')));
        expect(parseParameterText(printed, literal.type)).toEqual({ literal });
      }),
      { numRuns: 500 }
    );
  });

  test('arithmetic is what Python computes', () => {
    const number = fc.oneof(
      fc.integer({ min: -20, max: 20 }).map(String),
      fc.constantFrom(
        '0.5',
        '-0.0',
        '1e3',
        '2.5',
        '1e308',
        '7',
        'True',
        '9007199254740993',
        '-3.75',
        '"ab"',
        '[1]',
        '(1, 2)'
      )
    );
    const operator = fc.constantFrom('+', '-', '*', '/', '//', '%', '**');
    const source = fc.letrec<{ e: string }>(tie => ({
      e: fc.oneof(
        { maxDepth: 2 },
        number,
        fc.tuple(tie('e'), operator, tie('e')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
        fc.tuple(fc.constantFrom('-', '+', '~', 'not '), tie('e')).map(([op, e]) => `${op}(${e})`)
      )
    })).e;
    const sources = fc.sample(source, { numRuns: 3000, seed: 3 });
    const ours = sources.map(evaluate);
    const printed = ours.map(literal => (literal === null ? null : printLiteral(literal)));
    const verdicts = askPython(join(__dirname, 'testing/arithmetic.py'), {
      sources,
      printed
    }) as { equal: boolean | null; value: string | null }[];
    const wrong = verdicts.flatMap(({ equal, value }, index) =>
      equal === false ? [{ source: sources[index], ours: printed[index], python: value }] : []
    );
    expect(wrong).toEqual([]);
    const refused = verdicts.filter(
      ({ value }, index) => value !== null && printed[index] === null
    ).length;
    expect(refused / verdicts.length).toBeLessThan(0.05);
    expect(verdicts.filter(({ equal }) => equal === true).length).toBeGreaterThan(1000);
  }, 60_000);

  test.each([
    ['1_000', { type: 'int', value: 1000 }],
    ['0x10', { type: 'int', value: 16 }],
    ['2 ** 64', { type: 'int', value: '18446744073709551616' }],
    ['-1', { type: 'int', value: -1 }],
    ['1e-3', { type: 'float', value: 0.001 }],
    ['1 / 2', { type: 'float', value: 0.5 }],
    ['60 * 60 * 24', { type: 'int', value: 86400 }],
    ["float('inf')", { type: 'float', value: 'inf' }],
    ["-float('inf')", { type: 'float', value: '-inf' }],
    ["float('nan')", { type: 'float', value: 'nan' }],
    ["'a' 'b'", { type: 'str', value: 'ab' }],
    ["'-' * 3", { type: 'str', value: '---' }],
    ['None', { type: 'none', value: null }],
    ['True', { type: 'bool', value: true }],
    ['[1, 2.5, "a", None, [True]]', { type: 'list', value: [1, 2.5, 'a', null, [true]] }],
    ['[1.0, 2]', { type: 'list', value: [{ $float: '1.0' }, 2] }],
    ['1, 2', { type: 'list', value: [1, 2], tuple: true }],
    ['{"a": {"b": (1,)}}', { type: 'dict', value: { a: { b: { $tuple: [1] } } } }],
    [
      '{"2": 1, "1": 2}',
      {
        type: 'dict',
        value: {
          $dict: [
            ['2', 1],
            ['1', 2]
          ]
        }
      }
    ]
  ])('%s', (source, literal) => {
    expect(evaluate(source)).toEqual(literal);
  });

  test.each([
    'x',
    'f(1)',
    'float("1")',
    'float("nan", 1)',
    '{1: 2}',
    '{**{}}',
    '{1, 2}',
    '[*a]',
    'b"a"',
    '1j',
    '...',
    '1 / 0',
    '1 // 0',
    '0 ** -1',
    '2 ** 100000',
    '"a" * 10 ** 9',
    '[0] * 10 ** 9',
    '"a" + 1',
    '-"a"',
    'f"{x}"',
    '1 if True else 2',
    '(-1) ** 0.5',
    '1e308 ** 2',
    '1 << 2'
  ])('%s is no literal', source => {
    expect(evaluate(source)).toBeNull();
  });
});

describe('parameters on a command line', () => {
  test.each([
    ['0.1', 'float', { type: 'float', value: 0.1 }],
    ['1', 'float', { type: 'float', value: 1 }],
    ['1e-4', 'float', { type: 'float', value: 0.0001 }],
    ['-inf', 'float', { type: 'float', value: '-inf' }],
    ['3', 'int', { type: 'int', value: 3 }],
    ['-1_000', 'int', { type: 'int', value: -1000 }],
    ['123456789012345678901', 'int', { type: 'int', value: '123456789012345678901' }],
    ['true', 'bool', { type: 'bool', value: true }],
    ['False', 'bool', { type: 'bool', value: false }],
    ['3', 'str', { type: 'str', value: '3' }],
    [' a b ', 'str', { type: 'str', value: ' a b ' }],
    ['', 'str', { type: 'str', value: '' }],
    ['["a"]', 'list', { type: 'list', value: ['a'] }],
    [
      "['a', 1.0, None, true]",
      'list',
      { type: 'list', value: ['a', { $float: '1.0' }, null, true] }
    ],
    ['(1, 2)', 'list', { type: 'list', value: [1, 2], tuple: true }],
    ['{"a": [1, {}]}', 'dict', { type: 'dict', value: { a: [1, {}] } }],
    ['"\\u00e9\\n"', 'none', { type: 'str', value: 'é\n' }],
    ['None', 'none', { type: 'none', value: null }],
    ['7', 'none', { type: 'int', value: 7 }],
    ['plain text', 'none', { type: 'str', value: 'plain text' }]
  ] as const)('%s as %s', (text, type, literal) => {
    expect(parseParameterText(text, type)).toEqual({ literal });
  });

  test.each([
    ['1.5', 'int', '"1.5" is not an integer like 3.'],
    ['', 'int', '"" is not an integer like 3.'],
    ['fast', 'float', '"fast" is not a number like 0.1.'],
    ['yes', 'bool', '"yes" is not true or false.'],
    ['a,b', 'list', '"a,b" is not a list like ["a", "b"].'],
    ['[1', 'list', '"[1" is not a list like ["a", "b"].'],
    ['[1 2]', 'list', '"[1 2]" is not a list like ["a", "b"].'],
    ['{"a" 1}', 'dict', '"{\\"a\\" 1}" is not a dict like {"a": 1}.'],
    ['[1]', 'dict', '"[1]" is not a dict like {"a": 1}.']
  ] as const)('%s is no %s', (text, type, problem) => {
    expect(parseParameterText(text, type)).toEqual({ problem });
  });
});
