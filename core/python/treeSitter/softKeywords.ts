import type { Token } from '../lexer';
import type { Mask } from './masks';

const KEYWORD_OPERATORS = new Set(['in', 'is', 'and', 'or', 'not', 'if', 'else', 'for', 'as']);
/** What can follow `match` only where it is a name. */
const AFTER_NAME = new Set([
  '=',
  '.',
  ')',
  ',',
  ':',
  ';',
  ']',
  '}',
  ':=',
  '->',
  '/',
  '%',
  '@',
  '|',
  '&',
  '^',
  '<',
  '>',
  '<=',
  '>=',
  '==',
  '!=',
  '//',
  '<<',
  '>>'
]);

/**
 * Python 3 has no statements `print` and `exec`, and `type` and `match` are keywords only at the start of certain
 * statements. The grammar guesses (it reads `type(self).x = 1` as an alias), so wherever one of them is a name it
 * is given to it in capitals, which are names everywhere. Names are read from the source, not from the tree.
 */
export function maskSoftKeywords(tokens: readonly Token[]): Mask[] {
  const masks: Mask[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === 'name' && isSoftName(tokens, index)) {
      masks.push({ start: token.start, end: token.end, text: token.text.toUpperCase() });
    }
  });
  return masks;
}

function isSoftName(tokens: readonly Token[], index: number): boolean {
  switch (tokens[index]!.text) {
    case 'print':
    case 'exec':
      return true;
    case 'type':
      return !(startsStatement(tokens, index) && isTypeAlias(tokens, index));
    case 'match':
      return !(startsStatement(tokens, index) && isMatchStatement(tokens, index));
    default:
      return false;
  }
}

/** At the start of a logical line, or after `;` or `:` (a colon inside brackets is told by what follows). */
function startsStatement(tokens: readonly Token[], index: number): boolean {
  let before = index - 1;
  while (before >= 0 && (tokens[before]!.kind === 'nl' || tokens[before]!.kind === 'comment')) {
    before -= 1;
  }
  const previous = tokens[before];
  return (
    previous === undefined ||
    previous.kind === 'newline' ||
    previous.text === ';' ||
    previous.text === ':'
  );
}

function isTypeAlias(tokens: readonly Token[], index: number): boolean {
  const name = tokens[index + 1];
  const next = tokens[index + 2];
  return (
    name?.kind === 'name' &&
    !KEYWORD_OPERATORS.has(name.text) &&
    (next?.text === '=' || next?.text === '[')
  );
}

function isMatchStatement(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  if (next === undefined || next.kind === 'newline' || next.kind === 'comment') return false;
  if (AFTER_NAME.has(next.text) || (next.kind === 'operator' && next.text.endsWith('='))) {
    return false;
  }
  if (next.kind === 'name' && KEYWORD_OPERATORS.has(next.text) && next.text !== 'not') return false;
  return endsWithColon(tokens, index);
}

function endsWithColon(tokens: readonly Token[], index: number): boolean {
  let last: Token | undefined;
  for (let at = index; at < tokens.length && tokens[at]!.kind !== 'newline'; at += 1) {
    if (tokens[at]!.kind !== 'comment' && tokens[at]!.kind !== 'nl') last = tokens[at];
  }
  return last?.text === ':';
}
