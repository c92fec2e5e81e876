import type { Expr } from '../ast';
import type { Reader } from './reader';
import { toTarget } from './targets';

/** `star_targets`: what a `for` binds, one target or several without parentheses. */
export function readTargets(reader: Reader): Expr {
  const { start } = reader;
  const first = readTarget(reader);
  if (reader.code !== ',') return toTarget(reader, first, 'Store');
  const elts = [first];
  while (reader.accept(',') && reader.startsExpression) elts.push(readTarget(reader));
  return toTarget(
    reader,
    { kind: 'Tuple', elts, ctx: 'Store', range: reader.range(start) },
    'Store'
  );
}

/** One target as an expression, with its star if it has one: whoever reads it says what becomes of it. */
export function readTarget(reader: Reader): Expr {
  const { start } = reader;
  if (!reader.accept('*')) return reader.grammar.operand(reader);
  const value = reader.grammar.operand(reader);
  return { kind: 'Starred', value, ctx: 'Load', range: reader.range(start) };
}
