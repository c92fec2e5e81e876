import type { CompareOperator, Expr, Operator, UnaryOperator } from '../ast';
import { readPrimary } from './primaries';
import type { Reader } from './reader';

/** How tightly the binary operators bind, from the loosest. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['^', 2],
  ['&', 3],
  ['<<', 4],
  ['>>', 4],
  ['+', 5],
  ['-', 5],
  ['*', 6],
  ['@', 6],
  ['/', 6],
  ['%', 6],
  ['//', 6]
]);

/** `disjunction`: operands joined by `or`. */
export function readDisjunction(reader: Reader): Expr {
  return readBoolean(reader, 'or', readConjunction);
}

function readConjunction(reader: Reader): Expr {
  return readBoolean(reader, 'and', readInversion);
}

/** Python has one node for `a and b and c`. */
function readBoolean(reader: Reader, op: 'and' | 'or', read: (reader: Reader) => Expr): Expr {
  const { start } = reader;
  const first = read(reader);
  if (reader.code !== op) return first;
  const values = [first];
  while (reader.accept(op)) values.push(read(reader));
  return { kind: 'BoolOp', op, values, range: reader.range(start) };
}

function readInversion(reader: Reader): Expr {
  if (reader.code !== 'not') return readComparison(reader);
  const { start } = reader;
  reader.take();
  const operand = readInversion(reader);
  return { kind: 'UnaryOp', op: 'not', operand, range: reader.range(start) };
}

function readComparison(reader: Reader): Expr {
  const { start } = reader;
  const left = readOperand(reader);
  let op = takeComparison(reader);
  if (op === null) return left;
  const ops: CompareOperator[] = [];
  const comparators: Expr[] = [];
  for (; op !== null; op = takeComparison(reader)) {
    ops.push(op);
    comparators.push(readOperand(reader));
  }
  return { kind: 'Compare', left, ops, comparators, range: reader.range(start) };
}

function takeComparison(reader: Reader): CompareOperator | null {
  switch (reader.code) {
    case '==':
    case '!=':
    case '<=':
    case '>=':
    case '>':
    case 'in':
      return reader.take().text as CompareOperator;
    case '<':
      return takeLess(reader);
    case 'is':
      reader.take();
      return reader.accept('not') ? 'is not' : 'is';
    case 'not':
      if (reader.ahead(1) !== 'in') return null;
      reader.take();
      reader.take();
      return 'not in';
    default:
      return null;
  }
}

/** Python 2 wrote `<>` for `!=`. */
function takeLess(reader: Reader): CompareOperator {
  const { end, start } = reader.take();
  if (reader.code !== '>' || reader.start !== end) return '<';
  reader.problem("'<>' is not an operator; write '!='", start, reader.take().end);
  return '!=';
}

/** `bitwise_or`: operands joined by binary operators. Long chains lean to the left and are read in a loop. */
export function readOperand(reader: Reader): Expr {
  return readBinary(reader, 1);
}

function readBinary(reader: Reader, loosest: number): Expr {
  const { start } = reader;
  let left = readFactor(reader);
  for (;;) {
    const precedence = PRECEDENCE.get(reader.code);
    if (precedence === undefined || precedence < loosest) return left;
    const op = reader.take().text as Operator;
    const right = readBinary(reader, precedence + 1);
    left = { kind: 'BinOp', left, op, right, range: reader.range(start) };
  }
}

function readFactor(reader: Reader): Expr {
  const { code, start } = reader;
  if (code !== '-' && code !== '+' && code !== '~') return readPower(reader);
  reader.take();
  const operand = readFactor(reader);
  return { kind: 'UnaryOp', op: code as UnaryOperator, operand, range: reader.range(start) };
}

function readPower(reader: Reader): Expr {
  const { start } = reader;
  const left = readAwait(reader);
  if (!reader.accept('**')) return left;
  const right = readFactor(reader);
  return { kind: 'BinOp', left, op: '**', right, range: reader.range(start) };
}

function readAwait(reader: Reader): Expr {
  if (reader.code !== 'await') return readPrimary(reader);
  const { start } = reader;
  reader.take();
  const value = readPrimary(reader);
  return { kind: 'Await', value, range: reader.range(start) };
}
