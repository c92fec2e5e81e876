import { parsePython } from './syntax';
import type { ModuleScopes, PythonSymbol, Scope, ScopeOptions } from './scopes';
import { analyseScopes, mangle } from './scopes';

function scopesOf(source: string, options?: ScopeOptions): ModuleScopes {
  return analyseScopes(parsePython(source).body, options);
}

function describeSymbol(symbol: PythonSymbol): string {
  return `${symbol.name}:${symbol.scope}`;
}

/** Every scope on a line of its own: kind, name, names with where they live. */
function outline(scope: Scope, depth = 0): string[] {
  const names = [...scope.symbols.values()].map(describeSymbol).sort().join(' ');
  const line = `${'  '.repeat(depth)}${scope.kind} ${scope.name} ${names}`.trimEnd();
  return [line, ...scope.children.flatMap(child => outline(child, depth + 1))];
}

function errorsOf(source: string): string[] {
  return scopesOf(source).errors.map(({ message, range }) => `${range.start.line} ${message}`);
}

test('closures: cells, free variables, globals', () => {
  const source = [
    'def outer(a):',
    '    global g',
    '    b = g = 1',
    '    def inner():',
    '        nonlocal b',
    '        b = a + c',
    '    return [a for x in b]'
  ].join('\n');
  expect(outline(scopesOf(source).module)).toEqual([
    'module top g:global-explicit outer:local',
    '  function outer a:cell b:cell g:global-explicit inner:local',
    '    function inner a:free b:free c:global-implicit',
    '    comprehension listcomp .0:local a:free x:local'
  ]);
});

test("a class's names are not seen by its methods", () => {
  const source = 'def f(x):\n  class C:\n    x = x\n    def m(self): return x, super()';
  expect(outline(scopesOf(source).module)).toEqual([
    'module top f:local',
    '  function f C:local x:cell',
    '    class C m:local x:local',
    '      function m __class__:free self:local super:global-implicit x:free'
  ]);
  const [f] = scopesOf(source).module.children;
  expect(f?.children[0]?.symbols.get('x')).toMatchObject({ freeInClass: true, bound: true });
});

// As CPython 3.13 has them, without the names that only its compiler uses (`.type_params`, `__classdict__`).
test('type parameters have scopes of their own', () => {
  const source = [
    'class C[T: (int, str)](Base[T]):',
    '    X = 1',
    '    def m[U](self, a: U, b: T = X) -> X: return T, U, X',
    'type A[K, *Ts, **P] = dict[K, A]'
  ].join('\n');
  expect(outline(scopesOf(source).module)).toEqual([
    'module top A:local C:local',
    '  type-parameters C Base:global-implicit T:cell',
    '    type-variable T int:global-implicit str:global-implicit',
    '    class C T:free X:local m:local',
    '      type-parameters m T:free U:cell X:global-implicit',
    '        function m T:free U:free X:global-implicit a:local b:local self:local',
    '  type-parameters A K:cell P:local Ts:local',
    '    type-alias A A:global-implicit K:free dict:global-implicit'
  ]);
});

test('a generic definition is found by its node, its type parameters around it', () => {
  const { body } = parsePython('def f[T](a: T): pass');
  const scopes = analyseScopes(body);
  const [definition] = body;
  if (definition?.kind !== 'FunctionDef') throw new Error('no function was read');
  const scope = scopes.of.get(definition);
  expect(scope?.kind).toBe('function');
  expect(scope?.parent?.kind).toBe('type-parameters');
  expect(scope?.parent?.parent).toBe(scopes.module);
});

test('a walrus in a comprehension binds around it', () => {
  expect(outline(scopesOf('r = [last := x for x in xs]').module)).toEqual([
    'module top last:global-explicit r:local xs:global-implicit',
    '  comprehension listcomp .0:local last:global-explicit x:local'
  ]);
  expect(outline(scopesOf('def f(): return {k: (n := v) for k, v in m}').module)[1]).toBe(
    '  function f m:global-implicit n:cell'
  );
});

describe('annotations', () => {
  const source = 'x: A = 1\ndef f(a: B) -> C: b: D';
  const names = (scopes: ModuleScopes): string[] => [...scopes.module.symbols.keys()].sort();

  test('are read where they stand', () => {
    expect(names(scopesOf(source))).toEqual(['A', 'B', 'C', 'f', 'x']);
    expect(scopesOf(source).module.symbols.get('x')).toMatchObject({
      annotated: true,
      bound: true
    });
  });

  test('touch no scope under the future import, said here or in a cell before', () => {
    const future = 'from __future__ import annotations\n';
    expect(names(scopesOf(future + source))).toEqual(['annotations', 'f', 'x']);
    expect(names(scopesOf(source, { futureAnnotations: true }))).toEqual(['f', 'x']);
  });
});

test('asynchronous and generator scopes are told', () => {
  const source = 'async def a(): await b\ndef c(): yield\nd = (e async for e in f)\nawait g';
  const { module } = scopesOf(source);
  const kinds = module.children.map(({ isAsync, isGenerator }) => [isAsync, isGenerator]);
  expect(kinds).toEqual([
    [true, false],
    [false, true],
    [true, true]
  ]);
  expect(module.isAsync).toBe(true);
});

test.each([
  ['_C', '__x', '_C__x'],
  ['__C', '__x', '_C__x'],
  ['C', '__x__', '__x__'],
  ['C', '_x', '_x'],
  ['__', '__x', '__x'],
  ['C', '__x.y', '__x.y'],
  [null, '__x', '__x']
])('in class %s the name %s is %s', (className, name, mangled) => {
  expect(mangle(className, name)).toBe(mangled);
});

test('private names are mangled in their class only', () => {
  const { module } = scopesOf('class C:\n  __a = __b\n  def __m(self): __c\n__d = 1');
  expect(outline(module)).toEqual([
    'module top C:local __d:local',
    '  class C _C__a:local _C__b:global-implicit _C__m:local',
    '    function __m _C__c:global-implicit self:local'
  ]);
});

test.each([
  ['def f(x):\n  global x', "2 name 'x' is parameter and global"],
  ['def f():\n  x\n  global x', "3 name 'x' is used prior to global declaration"],
  ['def f():\n  x = 1\n  nonlocal x', "3 name 'x' is assigned to before nonlocal declaration"],
  ['def f():\n  nonlocal x', "2 no binding for nonlocal 'x' found"],
  ['nonlocal x', '1 nonlocal declaration not allowed at module level'],
  ['def f():\n  global x\n  nonlocal x', "3 name 'x' is nonlocal and global"],
  ['def f():\n  global x\n  x: int', "3 annotated name 'x' can't be global"],
  ['def f(a, a): pass', "1 duplicate argument 'a' in function definition"],
  [
    '[x := 1 for x in y]',
    "1 assignment expression cannot rebind comprehension iteration variable 'x'"
  ],
  [
    '[x for x in (y := z)]',
    '1 assignment expression cannot be used in a comprehension iterable expression'
  ],
  [
    'class C:\n  [x := 1 for y in z]',
    '2 assignment expression within a comprehension cannot be used in a class body'
  ],
  ['async def f():\n  yield\n  return 1', "3 'return' with value in async generator"],
  [
    'def f(): [x async for x in y]',
    '1 asynchronous comprehension outside of an asynchronous function'
  ],
  ['def f[T, T](): pass', "1 duplicate type parameter 'T'"]
])('%j is refused', (source, error) => {
  expect(errorsOf(source)).toContain(error);
});
