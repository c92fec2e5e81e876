import type { Constant, ConstantValue, Expr, Subscript } from '../ast';
import { readArguments, readStarredArgument } from './calls';
import { readBraces, readBrackets, readParentheses } from './displays';
import { numberValue } from './numbers';
import type { Reader } from './reader';
import { readStrings } from './strings';
import { NAME, NUMBER, STRING } from './words';

/** `primary`: an atom with its attributes, calls and subscripts. */
export function readPrimary(reader: Reader): Expr {
  const { start } = reader;
  let value = readAtom(reader);
  for (;;) {
    switch (reader.code) {
      case '.':
        value = readAttribute(reader, value, start);
        break;
      case '(':
        value = { kind: 'Call', func: value, ...readArguments(reader), range: reader.range(start) };
        break;
      case '[':
        value = readSubscript(reader, value, start);
        break;
      default:
        return value;
    }
  }
}

function readAttribute(reader: Reader, value: Expr, start: number): Expr {
  reader.take();
  const name = reader.expectName();
  const range = reader.range(start);
  return name === null
    ? { kind: 'InvalidExpr', values: [value], range }
    : { kind: 'Attribute', value, attr: reader.identifier(name), ctx: 'Load', range };
}

function readSubscript(reader: Reader, value: Expr, start: number): Subscript {
  reader.take();
  const slice = readSlices(reader);
  const lost = reader.close(']');
  const range = reader.range(start);
  return lost.length === 0
    ? { kind: 'Subscript', value, slice, ctx: 'Load', range }
    : {
        kind: 'Subscript',
        value,
        slice: { kind: 'InvalidExpr', values: [slice, ...lost], range: slice.range },
        ctx: 'Load',
        range
      };
}

function readSlices(reader: Reader): Expr {
  const { start } = reader;
  const first = readSlice(reader);
  if (reader.code !== ',' && first.kind !== 'Starred') return first;
  const elts = [first];
  while (reader.accept(',') && reader.code !== ']') elts.push(readSlice(reader));
  return { kind: 'Tuple', elts, ctx: 'Load', range: reader.range(start) };
}

function readSlice(reader: Reader): Expr {
  if (reader.code === '*') return readStarredArgument(reader);
  const { start } = reader;
  const lower = reader.code === ':' ? null : reader.grammar.element(reader);
  if (lower !== null && reader.code !== ':') return lower;
  reader.take();
  const upper = readBound(reader);
  const step = reader.accept(':') ? readBound(reader) : null;
  return { kind: 'Slice', lower, upper, step, range: reader.range(start) };
}

function readBound(reader: Reader): Expr | null {
  const { code } = reader;
  return code === ':' || code === ',' || code === ']' ? null : reader.grammar.expression(reader);
}

function readAtom(reader: Reader): Expr {
  switch (reader.code) {
    case NAME: {
      const token = reader.take();
      const range = reader.source.range(token.start, token.end);
      return { kind: 'Name', id: reader.identifier(token), ctx: 'Load', range };
    }
    case NUMBER:
      return readNumber(reader);
    case STRING:
      return readStrings(reader);
    case '(':
      return readParentheses(reader);
    case '[':
      return readBrackets(reader);
    case '{':
      return readBraces(reader);
    case 'True':
    case 'False':
      return constant(reader, { type: 'bool', value: reader.code === 'True' });
    case 'None':
      return constant(reader, { type: 'None' });
    case '...':
      return constant(reader, { type: 'Ellipsis' });
    default:
      return reader.missing();
  }
}

function constant(reader: Reader, value: ConstantValue): Constant {
  const { start, end } = reader.take();
  return { kind: 'Constant', value, range: reader.source.range(start, end) };
}

/** A number, which must come next. */
export function readNumber(reader: Reader): Expr {
  const { text, start, end } = reader.next;
  const value = numberValue(text);
  if (value !== null) return constant(reader, value);
  reader.take();
  reader.problem(
    'invalid number: leading zeros in decimal integer literals are not permitted, nor is a suffix L',
    start,
    end
  );
  return { kind: 'InvalidExpr', values: [], range: reader.range(start) };
}
