import type { Comprehension, Expr } from '../ast';
import type { Reader } from './reader';
import { readTargets } from './targetLists';

/** `for_if_clauses`: what follows the element of a comprehension. */
export function readComprehension(reader: Reader): Comprehension[] {
  const generators: Comprehension[] = [];
  while (reader.code === 'for' || (reader.code === 'async' && reader.ahead(1) === 'for')) {
    generators.push(readClause(reader));
  }
  if (generators.length === 0) reader.unexpected();
  return generators;
}

function readClause(reader: Reader): Comprehension {
  const { start } = reader;
  const isAsync = reader.accept('async');
  reader.take();
  const target = readTargets(reader);
  const iter = reader.expect('in') ? reader.grammar.disjunction(reader) : reader.missing();
  const ifs: Expr[] = [];
  while (reader.accept('if')) ifs.push(reader.grammar.disjunction(reader));
  return { kind: 'Comprehension', target, iter, ifs, isAsync, range: reader.range(start) };
}
