import type { Dict, Expr } from '../ast';
import { readComprehension } from './comprehensions';
import type { Reader } from './reader';

/** A tuple, a generator, or an expression in parentheses, which are no part of it. */
export function readParentheses(reader: Reader): Expr {
  const { start } = reader.take();
  if (reader.accept(')'))
    return { kind: 'Tuple', elts: [], ctx: 'Load', range: reader.range(start) };
  const first =
    reader.code === 'yield' ? reader.grammar.assigned(reader) : reader.grammar.element(reader);
  if (startsClauses(reader)) return readGenerator(reader, first, start);
  if (reader.code !== ',') return closeGroup(reader, first, start);
  const elts = readElements(reader, first, ')');
  return { kind: 'Tuple', elts, ctx: 'Load', range: reader.range(start) };
}

function startsClauses(reader: Reader): boolean {
  return reader.code === 'for' || reader.code === 'async';
}

function closeGroup(reader: Reader, value: Expr, start: number): Expr {
  if (value.kind === 'Starred') reader.refuse('cannot use starred expression here', value);
  const lost = reader.close(')');
  if (lost.length === 0) return value;
  return { kind: 'InvalidExpr', values: [value, ...lost], range: reader.range(start) };
}

function readGenerator(reader: Reader, elt: Expr, start: number): Expr {
  const generators = readComprehension(reader);
  const lost = reader.close(')');
  const range = reader.range(start);
  return keep(lost, { kind: 'GeneratorExp', elt, generators, range });
}

/** What a display has besides what could be read, beside it. */
function keep(lost: readonly Expr[], display: Expr): Expr {
  return lost.length === 0
    ? display
    : { kind: 'InvalidExpr', values: [display, ...lost], range: display.range };
}

/** The elements after the first, and the bracket that closes them. */
function readElements(reader: Reader, first: Expr, bracket: string): Expr[] {
  const elts = [first];
  while (reader.accept(',') && reader.code !== bracket) elts.push(reader.grammar.element(reader));
  elts.push(...reader.close(bracket));
  return elts;
}

/** A list or a list comprehension. */
export function readBrackets(reader: Reader): Expr {
  const { start } = reader.take();
  if (reader.accept(']'))
    return { kind: 'List', elts: [], ctx: 'Load', range: reader.range(start) };
  const first = reader.grammar.element(reader);
  if (startsClauses(reader)) {
    const generators = readComprehension(reader);
    const lost = reader.close(']');
    return keep(lost, { kind: 'ListComp', elt: first, generators, range: reader.range(start) });
  }
  const elts = readElements(reader, first, ']');
  return { kind: 'List', elts, ctx: 'Load', range: reader.range(start) };
}

/** A dict, a set, or a comprehension of either. */
export function readBraces(reader: Reader): Expr {
  const { start } = reader.take();
  const dict: Dict = {
    kind: 'Dict',
    keys: [],
    values: [],
    range: reader.source.range(start, start)
  };
  if (reader.accept('}')) return { ...dict, range: reader.range(start) };
  if (reader.code === '**') return readDict(reader, dict, start);
  const first = reader.grammar.element(reader);
  if (!reader.accept(':')) return readSet(reader, first, start);
  const value = reader.grammar.expression(reader);
  if (startsClauses(reader)) {
    const generators = readComprehension(reader);
    const lost = reader.close('}');
    const range = reader.range(start);
    return keep(lost, { kind: 'DictComp', key: first, value, generators, range });
  }
  dict.keys.push(first);
  dict.values.push(value);
  return reader.accept(',') ? readDict(reader, dict, start) : closeDict(reader, dict, start);
}

function readSet(reader: Reader, first: Expr, start: number): Expr {
  if (startsClauses(reader)) {
    const generators = readComprehension(reader);
    const lost = reader.close('}');
    return keep(lost, { kind: 'SetComp', elt: first, generators, range: reader.range(start) });
  }
  const elts = readElements(reader, first, '}');
  return { kind: 'Set', elts, range: reader.range(start) };
}

/** The pairs that follow. */
function readDict(reader: Reader, dict: Dict, start: number): Expr {
  while (reader.code !== '}') {
    readPair(reader, dict);
    if (!reader.accept(',')) break;
  }
  return closeDict(reader, dict, start);
}

function readPair(reader: Reader, dict: Dict): void {
  if (reader.accept('**')) {
    dict.keys.push(null);
    dict.values.push(reader.grammar.operand(reader));
    return;
  }
  dict.keys.push(reader.grammar.expression(reader));
  dict.values.push(reader.expect(':') ? reader.grammar.expression(reader) : reader.missing());
}

function closeDict(reader: Reader, dict: Dict, start: number): Expr {
  const lost = reader.close('}');
  dict.range = reader.range(start);
  return keep(lost, dict);
}
