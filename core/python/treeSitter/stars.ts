import type { Expr } from '../ast';
import type { Token } from '../lexer';
import type { Mask } from './masks';

const KEYWORDS_BEFORE_OPERAND = new Set([
  'return',
  'yield',
  'in',
  'del',
  'for',
  'match',
  'case',
  'and',
  'or',
  'not',
  'if',
  'else',
  'lambda'
]);
/** After these a star stands alone, or is no unpacking. */
const NOT_AN_OPERAND = new Set([',', ')', ':', '=', ']', '}', '*', '**', '/']);

export interface MaskedStars {
  masks: Mask[];
  /** The offset of a star by the offset of its operand. */
  starts: Map<number, number>;
}

/**
 * Outside of brackets and in targets the grammar knows `*name` only: `a, *(b, c) = x` and `return 1, *[2, 3]` are errors
 * to it. The star of any operand that does not begin with a name is kept from it and put back by the lowering.
 */
export function maskStars(tokens: readonly Token[]): MaskedStars {
  const masks: Mask[] = [];
  const starts = new Map<number, number>();
  const words = tokens.filter(token => token.kind !== 'nl' && token.kind !== 'comment');
  words.forEach((token, index) => {
    if (token.text !== '*' || token.kind !== 'operator') return;
    const operand = words[index + 1];
    if (operand === undefined || !isUnpacking(words[index - 1], operand)) return;
    masks.push({ start: token.start, end: token.end, text: ' ' });
    starts.set(operand.start, token.start);
  });
  return { masks, starts };
}

function isUnpacking(before: Token | undefined, operand: Token): boolean {
  if (operand.kind === 'newline' || NOT_AN_OPERAND.has(operand.text)) return false;
  if (operand.kind === 'name' && operand.text !== 'await') return false;
  if (before === undefined || before.kind === 'newline') return true;
  if (before.kind === 'name') return KEYWORDS_BEFORE_OPERAND.has(before.text);
  return before.kind === 'operator' && ![')', ']', '}', '...'].includes(before.text);
}

/**
 * `*f(x)` is the star of a call, and the grammar's call of a star: what is built on a starred operand goes
 * below the star.
 */
export function belowStar(operand: Expr, build: (operand: Expr) => Expr): Expr {
  if (operand.kind !== 'Starred') return build(operand);
  const value = build(operand.value);
  return {
    ...operand,
    value: { ...value, range: { start: operand.value.range.start, end: value.range.end } },
    range: { start: operand.range.start, end: value.range.end }
  };
}
