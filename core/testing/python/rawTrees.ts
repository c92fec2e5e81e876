import type { PythonSymbol, Scope } from '../../python';

/** A tree of scopes as `symtables.py` prints it: CPython's numbers for the type and the bits of a name. */
export type RawTree = [
  type: number,
  name: string,
  line: number,
  symbols: Record<string, number>,
  children: RawTree[]
];

const TYPES: Partial<Record<Scope['kind'], number>> = {
  function: 0,
  lambda: 0,
  comprehension: 0,
  class: 1,
  module: 2
};

/** The constants of CPython 3.11's `pycore_symtable.h`. */
const SCOPES: Record<PythonSymbol['scope'], number> = {
  local: 1,
  'global-explicit': 2,
  'global-implicit': 3,
  free: 4,
  cell: 5
};

function rawSymbol(symbol: PythonSymbol): number {
  return (
    (symbol.declaredGlobal ? 1 : 0) |
    (symbol.assigned ? 2 : 0) |
    (symbol.parameter ? 4 : 0) |
    (symbol.declaredNonlocal ? 8 : 0) |
    (symbol.referenced ? 16 : 0) |
    (symbol.freeInClass ? 64 : 0) |
    (symbol.imported ? 128 : 0) |
    (symbol.annotated ? 256 : 0) |
    (symbol.iterationVariable ? 512 : 0) |
    (SCOPES[symbol.scope] << 11)
  );
}

/** Our scopes in CPython's terms. */
export function rawTree(scope: Scope): RawTree {
  const symbols = Object.fromEntries(
    [...scope.symbols.values()].map(symbol => [symbol.name, rawSymbol(symbol)])
  );
  const line = scope.node?.range.start.line ?? 0;
  return [TYPES[scope.kind] ?? -1, scope.name, line, symbols, scope.children.map(rawTree)];
}

/** One text for equal trees: names sorted, children by line and content, since their order says nothing. */
export function canonical(tree: RawTree): string {
  const [type, name, line, symbols, children] = tree;
  const names = Object.keys(symbols).sort();
  const inner = children
    .map(child => ({ line: child[2], text: canonical(child) }))
    .sort((left, right) => left.line - right.line || (left.text < right.text ? -1 : 1))
    .map(child => child.text);
  const listed = names.map(key => `${key}=${symbols[key]}`).join(' ');
  return `${type} ${name}@${line} {${listed}}[${inner.join(',')}]`;
}
