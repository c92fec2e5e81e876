import type { Expr, Name, Tuple } from '../ast';
import { readDisjunction, readOperand } from './operators';
import { readParameters } from './parameters';
import type { Reader } from './reader';
import { describe } from './targets';
import { NAME } from './words';

/** `expression`. */
export function readExpression(reader: Reader): Expr {
  if (reader.code === 'lambda') return readLambda(reader);
  const { start } = reader;
  const body = readDisjunction(reader);
  if (!reader.accept('if')) return body;
  const test = readDisjunction(reader);
  const orelse = reader.expect('else') ? readExpression(reader) : reader.missing();
  return { kind: 'IfExp', test, body, orelse, range: reader.range(start) };
}

function readLambda(reader: Reader): Expr {
  const { start } = reader.take();
  const args = readParameters(reader, 'lambda');
  const body = reader.expect(':') ? readExpression(reader) : reader.missing();
  return { kind: 'Lambda', args, body, range: reader.range(start) };
}

/** `named_expression`. */
export function readNamedExpression(reader: Reader): Expr {
  const { start } = reader;
  if (reader.code === NAME && reader.ahead(1) === ':=') return readNamed(reader, start);
  const value = readExpression(reader);
  if (!reader.accept(':=')) return value;
  reader.refuse(`cannot use assignment expressions with ${describe(value)}`, value);
  const values = [value, readExpression(reader)];
  return { kind: 'InvalidExpr', values, range: reader.range(start) };
}

function readNamed(reader: Reader, start: number): Expr {
  const token = reader.take();
  const id = reader.identifier(token);
  const target: Name = { kind: 'Name', id, ctx: 'Store', range: reader.range(start) };
  reader.take();
  const value = readExpression(reader);
  return { kind: 'NamedExpr', target, value, range: reader.range(start) };
}

/** `star_named_expression`. */
export function readElement(reader: Reader): Expr {
  return reader.code === '*' ? readStarred(reader) : readNamedExpression(reader);
}

function readStarred(reader: Reader): Expr {
  const { start } = reader.take();
  const value = readOperand(reader);
  return { kind: 'Starred', value, ctx: 'Load', range: reader.range(start) };
}

/** `star_expressions`. */
export function readExpressions(reader: Reader): Expr {
  const { start } = reader;
  const first = readOne(reader);
  if (reader.code !== ',') return first;
  const elts = [first];
  while (reader.accept(',') && reader.startsExpression) elts.push(readOne(reader));
  const tuple: Tuple = { kind: 'Tuple', elts, ctx: 'Load', range: reader.range(start) };
  return tuple;
}

function readOne(reader: Reader): Expr {
  return reader.code === '*' ? readStarred(reader) : readExpression(reader);
}

/** `yield_expr | star_expressions`. */
export function readAssigned(reader: Reader): Expr {
  return reader.code === 'yield' ? readYield(reader) : readExpressions(reader);
}

function readYield(reader: Reader): Expr {
  const { start } = reader.take();
  if (reader.accept('from')) {
    const value = readExpression(reader);
    return { kind: 'YieldFrom', value, range: reader.range(start) };
  }
  const value = reader.startsExpression ? readExpressions(reader) : null;
  return { kind: 'Yield', value, range: reader.range(start) };
}
