import type { Expr, Global, Name, Nonlocal, Operator, Stmt } from '../ast';
import { readImport, readImportFrom } from './imports';
import type { Reader } from './reader';
import { readTarget } from './targetLists';
import { toTarget } from './targets';
import { readTypeParameters } from './typeParameters';
import { NAME } from './words';

const AUGMENTED = new Set('+= -= *= @= /= //= %= **= <<= >>= |= ^= &='.split(' '));

/** `simple_stmt`: what stands in one line, without its end. */
export function readSimpleStatement(reader: Reader): Stmt {
  switch (reader.code) {
    case NAME:
      return isTypeAlias(reader) ? readTypeAlias(reader) : readAssignment(reader);
    case 'pass':
      return readKeyword(reader, 'Pass');
    case 'break':
      return readKeyword(reader, 'Break');
    case 'continue':
      return readKeyword(reader, 'Continue');
    case 'return':
      return readReturn(reader);
    case 'raise':
      return readRaise(reader);
    case 'global':
    case 'nonlocal':
      return readDeclaration(reader);
    case 'del':
      return readDelete(reader);
    case 'assert':
      return readAssert(reader);
    case 'import':
      return readImport(reader);
    case 'from':
      return readImportFrom(reader);
    default:
      return readAssignment(reader);
  }
}

function readKeyword(reader: Reader, kind: 'Pass' | 'Break' | 'Continue'): Stmt {
  const { start } = reader.take();
  return { kind, range: reader.range(start) };
}

function readReturn(reader: Reader): Stmt {
  const { start } = reader.take();
  const value = reader.startsExpression ? reader.grammar.expressions(reader) : null;
  return { kind: 'Return', value, range: reader.range(start) };
}

function readRaise(reader: Reader): Stmt {
  const { start } = reader.take();
  const exc = reader.startsExpression ? reader.grammar.expression(reader) : null;
  const cause = reader.accept('from') ? reader.grammar.expression(reader) : null;
  return { kind: 'Raise', exc, cause, range: reader.range(start) };
}

function readDeclaration(reader: Reader): Global | Nonlocal {
  const { start, text } = reader.take();
  const names: string[] = [];
  do {
    const token = reader.expectName();
    if (token === null) break;
    names.push(reader.identifier(token));
  } while (reader.accept(','));
  return { kind: text === 'global' ? 'Global' : 'Nonlocal', names, range: reader.range(start) };
}

function readDelete(reader: Reader): Stmt {
  const { start } = reader.take();
  const targets = [toTarget(reader, readTarget(reader), 'Del')];
  while (reader.accept(',') && reader.startsExpression) {
    targets.push(toTarget(reader, readTarget(reader), 'Del'));
  }
  return { kind: 'Delete', targets, range: reader.range(start) };
}

function readAssert(reader: Reader): Stmt {
  const { start } = reader.take();
  const test = reader.grammar.expression(reader);
  const msg = reader.accept(',') ? reader.grammar.expression(reader) : null;
  return { kind: 'Assert', test, msg, range: reader.range(start) };
}

/** `type X = ...`; elsewhere `type` is a name like any other. */
function isTypeAlias(reader: Reader): boolean {
  if (reader.next.text !== 'type' || reader.ahead(1) !== NAME) return false;
  return reader.ahead(2) === '=' || reader.ahead(2) === '[';
}

function readTypeAlias(reader: Reader): Stmt {
  const { start } = reader.take();
  const token = reader.take();
  const id = reader.identifier(token);
  const name: Name = { kind: 'Name', id, ctx: 'Store', range: reader.range(token.start) };
  const typeParams = readTypeParameters(reader);
  const value = reader.expect('=') ? reader.grammar.expression(reader) : reader.missing();
  return { kind: 'TypeAlias', name, typeParams, value, range: reader.range(start) };
}

/** An expression alone, or with what it is bound to. */
function readAssignment(reader: Reader): Stmt {
  const { start } = reader;
  const isBareName = reader.code === NAME;
  const first = reader.grammar.assigned(reader);
  const { code } = reader;
  if (code === '=') return readPlainAssignment(reader, first, start);
  if (code === ':') return readAnnotated(reader, first, start, isBareName);
  if (AUGMENTED.has(code)) return readAugmented(reader, first, start);
  return { kind: 'Expr', value: first, range: reader.range(start) };
}

function readPlainAssignment(reader: Reader, first: Expr, start: number): Stmt {
  const targets: Expr[] = [];
  let value = first;
  while (reader.accept('=')) {
    targets.push(toTarget(reader, value, 'Store'));
    value = reader.grammar.assigned(reader);
  }
  for (const target of targets) {
    if (target.kind === 'Starred') {
      reader.refuse('starred assignment target must be in a list or tuple', target);
    }
  }
  return { kind: 'Assign', targets, value, range: reader.range(start) };
}

/** @param isBareName whether the target begins with a name: one in parentheses is no local variable. */
function readAnnotated(reader: Reader, first: Expr, start: number, isBareName: boolean): Stmt {
  reader.take();
  refuseSeveral(reader, first, what => `only single target (not ${what}) can be annotated`);
  const target = toTarget(reader, first, 'Store');
  const annotation = reader.grammar.expression(reader);
  const value = reader.accept('=') ? reader.grammar.assigned(reader) : null;
  const simple = target.kind === 'Name' && isBareName;
  return { kind: 'AnnAssign', target, annotation, value, simple, range: reader.range(start) };
}

function readAugmented(reader: Reader, first: Expr, start: number): Stmt {
  const op = reader.take().text.slice(0, -1) as Operator;
  refuseSeveral(
    reader,
    first,
    what => `'${what}' is an illegal expression for augmented assignment`
  );
  const target = toTarget(reader, first, 'Store');
  const value = reader.grammar.assigned(reader);
  return { kind: 'AugAssign', target, op, value, range: reader.range(start) };
}

function refuseSeveral(reader: Reader, target: Expr, message: (what: string) => string): void {
  if (target.kind === 'Tuple' || target.kind === 'List') {
    reader.refuse(message(target.kind.toLowerCase()), target);
  }
}
