import type { ClassDef, Expr, FunctionDef, Stmt } from '../ast';
import { readArguments } from './calls';
import { rangeOf, readFor, readWith } from './compoundStatements';
import { readParameters } from './parameters';
import type { Reader } from './reader';
import { readTypeParameters } from './typeParameters';
import { NEWLINE } from './words';

/** `async` before a `def`, a `for` or a `with`. */
export function readAsync(reader: Reader, decorators: Expr[] = []): Stmt {
  const { start } = reader.take();
  switch (reader.code) {
    case 'for':
      return readFor(reader, start);
    case 'with':
      return readWith(reader, start);
    default:
      return readFunction(reader, decorators, start);
  }
}

/** `decorated`: the definition begins at its keyword, not at its decorators, as in CPython's tree. */
export function readDecorated(reader: Reader): Stmt {
  const { start } = reader;
  const decorators: Expr[] = [];
  while (reader.accept('@')) {
    decorators.push(reader.grammar.namedExpression(reader));
    if (!reader.accept(NEWLINE)) {
      reader.unexpected();
      reader.skip(NEWLINE);
      reader.accept(NEWLINE);
    }
  }
  switch (reader.code) {
    case 'def':
      return readFunction(reader, decorators);
    case 'class':
      return readClass(reader, decorators);
    case 'async':
      return readAsync(reader, decorators);
    default: {
      reader.unexpected();
      const body = decorators.map((value): Stmt => ({ kind: 'Expr', value, range: value.range }));
      return { kind: 'InvalidStmt', body, range: reader.range(start) };
    }
  }
}

/** @param asyncStart where `async` stands; without it, no such word has been read. */
export function readFunction(
  reader: Reader,
  decorators: Expr[],
  asyncStart?: number
): FunctionDef | Stmt {
  const { start } = reader;
  const name = reader.expect('def') ? reader.expectName() : null;
  if (name === null) return readNameless(reader, decorators, asyncStart ?? start);
  const typeParams = readTypeParameters(reader);
  const hasParentheses = reader.expect('(');
  const args = readParameters(reader, 'def');
  if (hasParentheses) reader.close(')');
  const returns = reader.accept('->') ? reader.grammar.expression(reader) : null;
  const body = reader.grammar.block(reader);
  return {
    kind: 'FunctionDef',
    name: reader.identifier(name),
    nameRange: reader.source.range(name.start, name.end),
    typeParams,
    args,
    body,
    decorators,
    returns,
    isAsync: asyncStart !== undefined,
    range: rangeOf(reader, asyncStart ?? start, body)
  };
}

export function readClass(reader: Reader, decorators: Expr[]): ClassDef | Stmt {
  const { start } = reader.take();
  const name = reader.expectName();
  if (name === null) return readNameless(reader, decorators, start);
  const typeParams = readTypeParameters(reader);
  const passed = reader.code === '(' ? readArguments(reader) : { args: [], keywords: [] };
  const body = reader.grammar.block(reader);
  return {
    kind: 'ClassDef',
    name: reader.identifier(name),
    nameRange: reader.source.range(name.start, name.end),
    typeParams,
    bases: passed.args,
    keywords: passed.keywords,
    body,
    decorators,
    range: rangeOf(reader, start, body)
  };
}

/** A definition that has no name yet: what it runs when it is defined is read, its body is not run. */
function readNameless(reader: Reader, decorators: readonly Expr[], start: number): Stmt {
  const values = [...decorators, ...reader.skip(NEWLINE)];
  const body = values.map((value): Stmt => ({ kind: 'Expr', value, range: value.range }));
  return { kind: 'InvalidStmt', body, range: reader.range(start) };
}
