import type { ExceptHandler, Expr, For, If, Stmt, Try, While, With, WithItem } from '../ast';
import type { Reader } from './reader';
import { readTarget, readTargets } from './targetLists';
import { toTarget } from './targets';

/** `if` and `elif`: an `elif` is an `If` in the `orelse` of the one before it. */
export function readIf(reader: Reader): If {
  const { start } = reader.take();
  const test = reader.grammar.namedExpression(reader);
  const body = reader.grammar.block(reader);
  const orelse = reader.code === 'elif' ? [readIf(reader)] : readElse(reader);
  return { kind: 'If', test, body, orelse, range: rangeOf(reader, start, body, orelse) };
}

function readElse(reader: Reader): Stmt[] {
  return reader.accept('else') ? reader.grammar.block(reader) : [];
}

/** A compound statement ends where the last statement in it does: not where its last line ends. */
export function rangeOf(
  reader: Reader,
  start: number,
  ...blocks: (readonly { range: If['range'] }[])[]
): If['range'] {
  const last = blocks.findLast(block => block.length > 0)?.at(-1);
  const { source } = reader;
  return last === undefined
    ? reader.range(start)
    : { start: source.position(start), end: last.range.end };
}

export function readWhile(reader: Reader): While {
  const { start } = reader.take();
  const test = reader.grammar.namedExpression(reader);
  const body = reader.grammar.block(reader);
  const orelse = readElse(reader);
  return { kind: 'While', test, body, orelse, range: rangeOf(reader, start, body, orelse) };
}

/** @param asyncStart where `async` stands; without it, no such word has been read. */
export function readFor(reader: Reader, asyncStart?: number): For {
  const { start } = reader.take();
  const target = readTargets(reader);
  const iter = reader.expect('in') ? reader.grammar.expressions(reader) : reader.missing();
  const body = reader.grammar.block(reader);
  const orelse = readElse(reader);
  return {
    kind: 'For',
    target,
    iter,
    body,
    orelse,
    isAsync: asyncStart !== undefined,
    range: rangeOf(reader, asyncStart ?? start, body, orelse)
  };
}

/** @param asyncStart where `async` stands; without it, no such word has been read. */
export function readWith(reader: Reader, asyncStart?: number): With {
  const { start } = reader.take();
  const items = readItemsInParentheses(reader) ?? readItems(reader);
  const body = reader.grammar.block(reader);
  return {
    kind: 'With',
    items,
    body,
    isAsync: asyncStart !== undefined,
    range: rangeOf(reader, asyncStart ?? start, body)
  };
}

/** `with (a as b, c):`. Null where the parentheses are those of an expression. */
function readItemsInParentheses(reader: Reader): WithItem[] | null {
  if (reader.code !== '(' || reader.afterBrackets !== ':') return null;
  const { mark } = reader;
  reader.take();
  const items: WithItem[] = [];
  do {
    if (reader.is(')')) break;
    items.push(readItem(reader));
  } while (reader.accept(','));
  const isList = items.length > 0 && reader.accept(')') && reader.problems.length === mark.problems;
  if (isList) return items;
  reader.goBack(mark);
  return null;
}

function readItems(reader: Reader): WithItem[] {
  const items = [readItem(reader)];
  while (reader.accept(',')) items.push(readItem(reader));
  return items;
}

function readItem(reader: Reader): WithItem {
  const { start } = reader;
  const contextExpr = reader.grammar.expression(reader);
  const optionalVars = reader.accept('as') ? toTarget(reader, readTarget(reader), 'Store') : null;
  return { kind: 'WithItem', contextExpr, optionalVars, range: reader.range(start) };
}

export function readTry(reader: Reader): Try {
  const { start } = reader.take();
  const body = reader.grammar.block(reader);
  const { end } = reader;
  const handlers: ExceptHandler[] = [];
  const stars: boolean[] = [];
  while (reader.code === 'except') {
    stars.push(reader.ahead(1) === '*');
    handlers.push(readHandler(reader));
  }
  const orelse = readElse(reader);
  const hasFinally = reader.accept('finally');
  const finalbody = hasFinally ? reader.grammar.block(reader) : [];
  const isStar = stars.includes(true);
  if (handlers.length === 0 && !hasFinally) {
    reader.problem("expected 'except' or 'finally' block", start, end);
  }
  if (isStar && stars.includes(false)) {
    reader.problem("cannot have both 'except' and 'except*' on the same 'try'", start, end);
  }
  const range = rangeOf(reader, start, body, handlers, orelse, finalbody);
  return { kind: 'Try', body, handlers, orelse, finalbody, isStar, range };
}

function readHandler(reader: Reader): ExceptHandler {
  const { start } = reader.take();
  const isStar = reader.accept('*');
  const type = reader.code === ':' && !isStar ? null : readExceptions(reader);
  const name = reader.accept('as') ? readHandlerName(reader) : null;
  const body = reader.grammar.block(reader);
  return { kind: 'ExceptHandler', type, name, body, range: rangeOf(reader, start, body) };
}

/** Several need no parentheses where they get no name (PEP 758). */
function readExceptions(reader: Reader): Expr {
  const { start } = reader;
  const first = reader.grammar.expression(reader);
  if (reader.code !== ',') return first;
  const elts = [first];
  while (reader.accept(',') && reader.startsExpression) {
    elts.push(reader.grammar.expression(reader));
  }
  const range = reader.range(start);
  if (reader.is('as')) {
    reader.refuse("multiple exception types must be parenthesized when using 'as'", { range });
  }
  return { kind: 'Tuple', elts, ctx: 'Load', range };
}

function readHandlerName(reader: Reader): string | null {
  const { start } = reader;
  const target = readTarget(reader);
  if (target.kind === 'Name') return target.id;
  reader.problem('cannot use except statement with this target', start, reader.end);
  return null;
}
