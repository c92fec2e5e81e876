import type { Expr, TypeParam } from '../ast';
import type { Token } from '../lexer';
import { hasNonAscii } from '../lexer';
import type { SourceText } from '../sourceText';

/** One type parameter list (PEP 695, with PEP 696's defaults), found by its words. */
export interface TypeParameterList {
  /** Of the name of the definition or alias. */
  nameStart: number;
  /** Of the brackets. */
  start: number;
  end: number;
  parameters: TypeParameterText[];
}

interface Stretch {
  start: number;
  end: number;
}

interface TypeParameterText extends Stretch {
  star: '' | '*' | '**';
  name: string;
  bound: Stretch | null;
  default: Stretch | null;
}

/**
 * Finds the type parameters of all definitions. The grammar reads them as ordinary types and knows no defaults, so they
 * are kept from it and read here.
 */
export function findTypeParameters(tokens: readonly Token[]): TypeParameterList[] {
  const found: TypeParameterList[] = [];
  for (let index = 0; index + 2 < tokens.length; index += 1) {
    const token = tokens[index]!;
    if (token.kind !== 'name' || !['def', 'class', 'type'].includes(token.text)) continue;
    const name = tokens[index + 1]!;
    if (name.kind !== 'name' || tokens[index + 2]!.text !== '[') continue;
    const close = closingBracket(tokens, index + 2);
    if (close === -1 || !isDefinition(token, tokens[close + 1])) continue;
    found.push({
      nameStart: name.start,
      start: tokens[index + 2]!.start,
      end: tokens[close]!.end,
      parameters: splitParameters(tokens.slice(index + 3, close))
    });
  }
  return found;
}

/** `type X[T] = ...` needs its `=`: without one it is no alias. */
function isDefinition(keyword: Token, next: Token | undefined): boolean {
  return keyword.text !== 'type' || next?.text === '=';
}

function closingBracket(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    const { text, kind } = tokens[index]!;
    if (kind !== 'operator') continue;
    if ('([{'.includes(text)) depth += 1;
    else if (')]}'.includes(text)) depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

function splitParameters(tokens: readonly Token[]): TypeParameterText[] {
  const words = tokens.filter(token => token.kind !== 'nl' && token.kind !== 'comment');
  return splitTopLevel(words, ',').flatMap(group => readParameter(group) ?? []);
}

function splitTopLevel(tokens: readonly Token[], separator: string): Token[][] {
  const groups: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'operator' && '([{'.includes(token.text)) depth += 1;
    if (token.kind === 'operator' && ')]}'.includes(token.text)) depth -= 1;
    if (depth === 0 && token.text === separator) groups.push([]);
    else groups.at(-1)!.push(token);
  }
  return groups;
}

function readParameter(group: readonly Token[]): TypeParameterText | null {
  const star = group[0]?.text === '*' || group[0]?.text === '**' ? group[0].text : '';
  const name = group[star === '' ? 0 : 1];
  const last = group.at(-1);
  if (name?.kind !== 'name' || last === undefined) return null;
  const [head = [], value = []] = splitTopLevel(group, '=');
  const colon = head.findIndex(token => token.text === ':');
  const bound = colon === -1 ? [] : head.slice(colon + 1);
  return {
    start: group[0]!.start,
    end: last.end,
    star,
    name: hasNonAscii(name.text) ? name.text.normalize('NFKC') : name.text,
    bound: stretch(bound),
    default: stretch(value)
  };
}

function stretch(tokens: readonly Token[]): Stretch | null {
  const first = tokens[0];
  const last = tokens.at(-1);
  return first === undefined || last === undefined ? null : { start: first.start, end: last.end };
}

/** @param parse Reads the expression in a stretch of the source. */
export function buildTypeParameters(
  source: SourceText,
  list: TypeParameterList,
  parse: (stretch: Stretch) => Expr
): TypeParam[] {
  return list.parameters.map((parameter): TypeParam => {
    const range = source.range(parameter.start, parameter.end);
    const value = parameter.default === null ? null : parse(parameter.default);
    const { name } = parameter;
    if (parameter.star === '*') return { kind: 'TypeVarTuple', name, default: value, range };
    if (parameter.star === '**') return { kind: 'ParamSpec', name, default: value, range };
    const bound = parameter.bound === null ? null : parse(parameter.bound);
    return { kind: 'TypeVar', name, bound, default: value, range };
  });
}
