import type { Expr, MatchClass, MatchMapping, Pattern } from '../ast';
import { readNumber } from './primaries';
import type { Reader } from './reader';
import { readStrings } from './strings';
import { NAME, NUMBER, STRING } from './words';

/** `patterns`: what follows `case`; several separated by commas are a sequence without brackets. */
export function readPatterns(reader: Reader): Pattern {
  const { start } = reader;
  const first = readMaybeStar(reader);
  if (reader.code !== ',' && first.kind !== 'MatchStar') return first;
  const patterns = [first];
  while (reader.accept(',') && startsPattern(reader)) patterns.push(readMaybeStar(reader));
  return { kind: 'MatchSequence', patterns, range: reader.range(start) };
}

function startsPattern(reader: Reader): boolean {
  return reader.code !== ':' && reader.code !== 'if' && !reader.isAtLineEnd;
}

function readMaybeStar(reader: Reader): Pattern {
  if (reader.code !== '*') return readPattern(reader);
  const { start } = reader.take();
  const token = reader.expectName();
  const name = token && reader.identifier(token);
  return { kind: 'MatchStar', name: name === '_' ? null : name, range: reader.range(start) };
}

/** `pattern`: alternatives, and the name that they get. */
function readPattern(reader: Reader): Pattern {
  const { start } = reader;
  const pattern = readAlternatives(reader);
  if (!reader.accept('as')) return pattern;
  const token = reader.expectName();
  if (token?.text === '_') reader.problem("cannot use '_' as a target", token.start, token.end);
  return {
    kind: 'MatchAs',
    pattern,
    name: token && reader.identifier(token),
    range: reader.range(start)
  };
}

function readAlternatives(reader: Reader): Pattern {
  const { start } = reader;
  const first = readClosed(reader);
  if (reader.code !== '|') return first;
  const patterns = [first];
  while (reader.accept('|')) patterns.push(readClosed(reader));
  return { kind: 'MatchOr', patterns, range: reader.range(start) };
}

function readClosed(reader: Reader): Pattern {
  const { start } = reader;
  switch (reader.code) {
    case NAME:
      return readNamePattern(reader);
    case NUMBER:
    case '-':
      return value(readNumberPattern(reader));
    case STRING:
      return value(readStrings(reader));
    case 'True':
    case 'False':
    case 'None': {
      const { text } = reader.take();
      const constant = text === 'None' ? null : text === 'True';
      return { kind: 'MatchSingleton', value: constant, range: reader.range(start) };
    }
    case '(':
    case '[':
      return readSequence(reader);
    case '{':
      return readMapping(reader);
    default:
      return value(reader.missing());
  }
}

function value(expr: Expr): Pattern {
  return { kind: 'MatchValue', value: expr, range: expr.range };
}

/** A capture, a value (`a.b`) or a class (`A(...)`). */
function readNamePattern(reader: Reader): Pattern {
  const { start } = reader;
  const token = reader.take();
  const name = reader.identifier(token);
  let expr: Expr = { kind: 'Name', id: name, ctx: 'Load', range: reader.range(start) };
  while (reader.accept('.')) {
    const attribute = reader.expectName();
    if (attribute === null) break;
    const attr = reader.identifier(attribute);
    expr = { kind: 'Attribute', value: expr, attr, ctx: 'Load', range: reader.range(start) };
  }
  if (reader.code === '(') return readClass(reader, expr, start);
  if (expr.kind === 'Attribute') return value(expr);
  return { kind: 'MatchAs', pattern: null, name: name === '_' ? null : name, range: expr.range };
}

function readClass(reader: Reader, cls: Expr, start: number): Pattern {
  reader.take();
  const result: MatchClass = {
    kind: 'MatchClass',
    cls,
    patterns: [],
    kwdAttrs: [],
    kwdPatterns: [],
    range: cls.range
  };
  while (reader.code !== ')') {
    readClassArgument(reader, result);
    if (!reader.accept(',')) break;
  }
  reader.close(')');
  result.range = reader.range(start);
  return result;
}

function readClassArgument(reader: Reader, result: MatchClass): void {
  if (reader.code === NAME && reader.ahead(1) === '=') {
    result.kwdAttrs.push(reader.identifier(reader.take()));
    reader.take();
    result.kwdPatterns.push(readPattern(reader));
    return;
  }
  const pattern = readPattern(reader);
  if (result.kwdAttrs.length > 0) {
    reader.refuse('positional patterns follow keyword patterns', pattern);
  }
  result.patterns.push(pattern);
}

/** `[...]`, `(...)`, or one pattern in parentheses. */
function readSequence(reader: Reader): Pattern {
  const { start, text: open } = reader.take();
  const closer = open === '(' ? ')' : ']';
  const patterns: Pattern[] = [];
  let hasComma = false;
  while (reader.code !== closer) {
    patterns.push(readMaybeStar(reader));
    if (!reader.accept(',')) break;
    hasComma = true;
  }
  reader.close(closer);
  const [only] = patterns;
  const isGroup = closer === ')' && !hasComma && patterns.length === 1;
  if (isGroup && only!.kind !== 'MatchStar') return only!;
  return { kind: 'MatchSequence', patterns, range: reader.range(start) };
}

function readMapping(reader: Reader): Pattern {
  const { start } = reader.take();
  const result: MatchMapping = {
    kind: 'MatchMapping',
    keys: [],
    patterns: [],
    rest: null,
    range: reader.range(start)
  };
  while (reader.code !== '}') {
    readMappingItem(reader, result);
    if (!reader.accept(',')) break;
  }
  reader.close('}');
  result.range = reader.range(start);
  return result;
}

function readMappingItem(reader: Reader, result: MatchMapping): void {
  if (reader.accept('**')) {
    const token = reader.expectName();
    result.rest = token && reader.identifier(token);
    return;
  }
  result.keys.push(keyOf(reader, readClosed(reader)));
  result.patterns.push(reader.expect(':') ? readPattern(reader) : value(reader.missing()));
}

/** A key is a value, not a pattern: what can be matched only is refused. */
function keyOf(reader: Reader, pattern: Pattern): Expr {
  const { range } = pattern;
  if (pattern.kind === 'MatchValue') return pattern.value;
  if (pattern.kind === 'MatchSingleton') {
    const { value: constant } = pattern;
    return {
      kind: 'Constant',
      value: constant === null ? { type: 'None' } : { type: 'bool', value: constant },
      range
    };
  }
  reader.refuse('mapping pattern keys may only match literals and attribute lookups', pattern);
  return { kind: 'InvalidExpr', values: [], range };
}

/** `-1`, `2.5`, `-1 + 2j`. */
function readNumberPattern(reader: Reader): Expr {
  const { start } = reader;
  const left = readSigned(reader);
  const op = reader.code;
  if (op !== '+' && op !== '-') return left;
  reader.take();
  const right = readNumberIfThere(reader);
  if (right.kind === 'Constant' && right.value.type !== 'complex') {
    reader.refuse('imaginary number required in complex literal', right);
  }
  return { kind: 'BinOp', left, op, right, range: reader.range(start) };
}

function readSigned(reader: Reader): Expr {
  const { start } = reader;
  if (!reader.accept('-')) return readNumberIfThere(reader);
  const operand = readNumberIfThere(reader);
  return { kind: 'UnaryOp', op: '-', operand, range: reader.range(start) };
}

function readNumberIfThere(reader: Reader): Expr {
  return reader.code === NUMBER ? readNumber(reader) : reader.missing();
}
