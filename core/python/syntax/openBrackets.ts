import type { Token } from '../lexer';
import { OPENER_OF, tokenize } from '../lexer';

/** Each round mends at least one bracket; text that wants more is no Python that somebody is typing. */
const MOST_ROUNDS = 20;

/**
 * The tokens of a source as if the brackets that are never closed were not there: left alone they would take the rest of the
 * cell into their line. All offsets are those of the source.
 */
export function withoutOpenBrackets(source: string, tokens: Token[]): Token[] {
  let current = { text: source, tokens };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const open = openBrackets(current.tokens);
    if (open.length === 0) break;
    const text = blankOut(current.text, open);
    current = { text, tokens: tokenize(text) };
  }
  return current.tokens;
}

function blankOut(text: string, brackets: readonly Token[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const bracket of brackets) {
    // It is in the rest of a line that has been replaced.
    if (bracket.start < at) continue;
    const { end, text: instead } = replacementOf(text, bracket);
    parts.push(text.slice(at, bracket.start), instead);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** A definition needs its parentheses: they get what is left of the line. */
function replacementOf(
  text: string,
  { start, end, text: bracket }: Token
): { end: number; text: string } {
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const isHeader =
    bracket === '(' && /^\s*(?:async\s+def|def|class)\s+\w+\s*$/.test(text.slice(lineStart, start));
  const lineEnd = isHeader ? endOfLine(text, start) : end;
  const length = lineEnd - start;
  if (!isHeader || length < 2) return { end, text: ' ' };
  const inner = length > 2 && text[lineEnd - 1] === ':' ? ':' : '';
  return { end: lineEnd, text: `()${inner.padStart(length - 2)}` };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function openBrackets(tokens: readonly Token[]): Token[] {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'operator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(token);
    // `[(]`: the inner one is the one that is not closed.
    else if (OPENER_OF[token.text] !== undefined) {
      if (open.at(-1)?.text !== OPENER_OF[token.text]) return open;
      open.pop();
    }
  }
  return open;
}
