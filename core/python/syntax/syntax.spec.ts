import fc from 'fast-check';
import { SYNTAX_PROBES } from '../../testing/python/newSyntax';
import type { Node, Stmt } from '../ast';
import type { ParsedModule } from './model';
import { parsePython } from '.';
import { analyseScopes } from '../scopes';
import { forEachChild } from '../walk';

function problemsOf(source: string): string[] {
  const { errors } = parsePython(source);
  return errors.map(({ message, range }) => `${range.start.line}:${range.start.column} ${message}`);
}

/** What the module binds (`x=`) and only reads (`x`). */
function namesOf({ body }: ParsedModule): string {
  const { symbols } = analyseScopes(body).module;
  return [...symbols.values()].map(({ name, bound }) => (bound ? `${name}=` : name)).join(' ');
}

describe('half-typed code', () => {
  test.each([
    ['x = \ny = 1', 'x= y=', ["1:3 invalid syntax: something is missing after '='"]],
    ['foo(\ny = 1\nz = 2', 'foo y= z=', ["1:3 '(' was never closed"]],
    ['import \nimport a', 'a=', ["1:6 invalid syntax: something is missing after 'import'"]],
    ['df.\nb = 2', 'df b=', ["1:3 invalid syntax: something is missing after '.'"]],
    ['x = [1, 2\ny = 3', 'x= y=', ["1:4 '[' was never closed"]],
    ['if x\n    y = 1\nz = 2', 'x y= z=', ["1:4 expected ':'", '2:4 unexpected indent']],
    ['if x # why\n    y = 1\nz = 2', 'x y= z=', ["1:4 expected ':'", '2:4 unexpected indent']],
    ['class C\n    x = 1\ny = 2', 'C= y=', ["1:7 expected ':'", '2:4 unexpected indent']],
    ['def f(a, b:\n    x = 1\ny = 2', 'f= y=', ["1:5 '(' was never closed"]],
    ['s = "abc\nt = 1', 's= t=', ['1:4 unterminated string literal']],
    ['x = y z\nw = 1', 'x= y z w=', ['1:6 invalid syntax']],
    ['try:\n    a = 1\nb = 2', 'a= b=', ["1:0 expected 'except' or 'finally' block"]],
    ['print "a"\nx = 1', 'print x=', ['1:6 invalid syntax']]
  ])('%j keeps what is around it', (source, names, problems) => {
    const parsed = parsePython(source);
    expect(namesOf(parsed)).toBe(names);
    expect(problemsOf(source)).toEqual(problems);
  });
});

describe("what CPython's compiler refuses is reported", () => {
  test.each([
    ['return 1', "1:0 'return' outside function"],
    ['class C:\n  return 1', "2:2 'return' outside function"],
    ['x = yield', "1:4 'yield' outside function"],
    ['break', "1:0 'break' outside loop"],
    ['for a in b: pass\nelse: continue', "2:6 'continue' not properly in loop"],
    ['def f(): await x', "1:9 'await' outside async function"],
    ['async def f(): yield from x', "1:15 'yield from' inside async function"],
    ['  x = 1', '1:2 unexpected indent'],
    ['if a:\nx = 1', '2:0 expected an indented block'],
    ['if a:\n    x = 1\n  y = 1', '3:2 unindent does not match any outer indentation level'],
    ['if a:\n\tx = 1\n        y = 2', '3:8 inconsistent use of tabs and spaces in indentation'],
    ['x\u00a0= 1', '1:1 invalid non-printable character U+00A0'],
    ['x = “a”', "1:4 invalid character '“' (U+201C)"],
    ['x = )', "1:4 unmatched ')'"],
    ['[(])', "1:2 closing parenthesis ']' does not match opening parenthesis '('"],
    ['del f()', '1:4 cannot delete function call'],
    ['with a as f(): pass', '1:10 cannot assign to function call'],
    ['a = *b', "1:4 can't use starred expression here"],
    ['f(a=1, 2)', '1:7 positional argument follows keyword argument'],
    ['f(a=1, a=2)', '1:7 keyword argument repeated: a'],
    ['def f(a=1, b): pass', '1:11 non-default argument follows default argument'],
    ['try: pass\nexcept: pass\nexcept A: pass', "2:0 default 'except:' must be last"],
    [
      'match x:\n  case _: pass\n  case 1: pass',
      '2:7 wildcard makes remaining patterns unreachable'
    ],
    ['def f():\n  from a import *', '2:2 import * only allowed at module level'],
    ['x = b"a" "b"', '1:4 cannot mix bytes and nonbytes literals'],
    ['a <> b', "1:2 '<>' is not an operator; write '!='"]
  ])('%j', (source, problem) => {
    expect(problemsOf(source)).toContain(problem);
  });

  test('what a notebook cell may have at its top is not', () => {
    expect(problemsOf('await a\nasync for b in c: pass\nx = [d async for d in e]')).toEqual([]);
  });
});

test('places count code points, over every kind of line end', () => {
  const { body } = parsePython('x = "😀"; y\r\n\rz = 1');
  expect(body.map(statement => statement.range)).toEqual([
    { start: { line: 1, column: 0 }, end: { line: 1, column: 7 } },
    { start: { line: 1, column: 9 }, end: { line: 1, column: 10 } },
    { start: { line: 3, column: 0 }, end: { line: 3, column: 5 } }
  ]);
});

test('type parameters carry bounds and defaults', () => {
  const source = 'def f[T: (int, str) = int, *Ts = *tuple[int], **P = [str]](): ...';
  const [definition] = parsePython(source).body;
  expect(definition?.kind === 'FunctionDef' && definition.typeParams).toMatchObject([
    {
      kind: 'TypeVar',
      name: 'T',
      bound: { kind: 'Tuple', range: { start: { line: 1, column: 9 } } },
      default: { kind: 'Name', id: 'int' }
    },
    { kind: 'TypeVarTuple', name: 'Ts', default: { kind: 'Starred' } },
    { kind: 'ParamSpec', name: 'P', default: { kind: 'List' } }
  ]);
});

test('interpolations of f- and t-strings are read', () => {
  const [statement] = parsePython('t"a{x!r:>{w}}{y=}"').body;
  expect(statement?.kind === 'Expr' && statement.value).toMatchObject({
    kind: 'TemplateStr',
    values: [
      { kind: 'Constant', value: { type: 'str', value: 'a' } },
      {
        kind: 'Interpolation',
        str: 'x',
        conversion: 'r',
        formatSpec: { values: [{ value: { type: 'str', value: '>' } }, { kind: 'FormattedValue' }] }
      },
      { kind: 'Constant', value: { type: 'str', value: 'y=' } },
      { kind: 'Interpolation', str: 'y', conversion: 'r' }
    ]
  });
});

describe('hostile sources', () => {
  test.each([
    ['brackets', '('.repeat(50_000)],
    ['closed brackets', `${'('.repeat(20_000)}${')'.repeat(20_000)}`],
    ['mismatched brackets', '(]'.repeat(20_000)],
    ['operators', `x = ${'-'.repeat(50_000)}1`],
    ['a long sum', `x = ${'1 + '.repeat(20_000)}1`],
    ['nested strings', 'f"{'.repeat(300)],
    ['nested blocks', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}if a:`).join('\n')],
    ['a null character', 'x = 1\0\ny = 2'],
    ['a lone surrogate', 'x = "\ud800"'],
    ['nothing', ''],
    ['line ends', '\n'.repeat(10_000)]
  ])('%s neither throw nor hang', (_title, source) => {
    const { body, errors } = parsePython(source);
    expect(body.length + errors.length).toBeGreaterThanOrEqual(0);
    expect(namesOf(parsePython('still = here'))).toBe('still= here');
  });

  test('what is nested too deeply is said to be', () => {
    expect(problemsOf(`x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}`)).toEqual([
      '1:0 too many nested parentheses, blocks or operators'
    ]);
  });
});

function isInside(node: Node, lines: readonly string[]): boolean {
  const { start, end } = node.range;
  const ordered = start.line < end.line || (start.line === end.line && start.column <= end.column);
  const last = lines[end.line - 1];
  return ordered && last !== undefined && end.column <= [...last].length;
}

function checkPlaces(body: readonly Stmt[], lines: readonly string[]): void {
  const visit = (node: Node): void => {
    if (!isInside(node, lines)) {
      throw new Error(`${node.kind} is outside of the source: ${JSON.stringify(node.range)}`);
    }
    forEachChild(node, visit);
  };
  body.forEach(visit);
}

test('whatever is cut out of a source, there is a tree with places inside of it', () => {
  const sources = SYNTAX_PROBES.map(probe => probe.source);
  const cut = fc
    .tuple(fc.constantFrom(...sources), fc.constantFrom(...sources), fc.nat(200), fc.nat(12))
    .map(([first, second, at, length]) => {
      const source = `${first}\n${second}`;
      const start = at % source.length;
      return source.slice(0, start) + source.slice(start + length);
    });
  fc.assert(
    fc.property(cut, source => {
      const { body, errors } = parsePython(source);
      checkPlaces(body, source.split('\n'));
      analyseScopes(body);
      for (const { range } of errors) expect(range.start.line).toBeGreaterThan(0);
    }),
    { numRuns: 600, seed: 1 }
  );
});
