import type { Expr, TypeParam } from '../ast';
import type { Reader } from './reader';
import { readTarget } from './targetLists';

/** `type_params` (PEP 695, with the defaults of PEP 696); none where there are no brackets. */
export function readTypeParameters(reader: Reader): TypeParam[] {
  const parameters: TypeParam[] = [];
  if (!reader.accept('[')) return parameters;
  while (reader.code !== ']') {
    const parameter = readTypeParameter(reader);
    if (parameter === null) break;
    parameters.push(parameter);
    if (!reader.accept(',')) break;
  }
  reader.close(']');
  return parameters;
}

function readTypeParameter(reader: Reader): TypeParam | null {
  const { start, code: star } = reader;
  const isPlain = star !== '*' && star !== '**';
  if (!isPlain) reader.take();
  const token = reader.expectName();
  if (token === null) return null;
  const name = reader.identifier(token);
  const bound = isPlain && reader.accept(':') ? reader.grammar.expression(reader) : null;
  const value = readDefault(reader, star === '*');
  const range = reader.range(start);
  if (star === '*') return { kind: 'TypeVarTuple', name, default: value, range };
  if (star === '**') return { kind: 'ParamSpec', name, default: value, range };
  return { kind: 'TypeVar', name, bound, default: value, range };
}

function readDefault(reader: Reader, mayUnpack: boolean): Expr | null {
  if (!reader.accept('=')) return null;
  return mayUnpack && reader.code === '*' ? readTarget(reader) : reader.grammar.expression(reader);
}
