import type { Token } from '../lexer';
import { indentationOf } from '../lexicalChecks';
import type { Mask } from './masks';

/**
 * Puts every logical line on one physical line: line ends and comments inside brackets, and continued lines, become
 * blanks. The grammar ends blocks inside brackets whose lines stand further left, and reads the indentation of a
 * continued line wrongly; offsets are all that its tree is asked for, so that lines do not matter.
 */
export function maskLayout(source: string, tokens: readonly Token[]): Mask[] {
  const masks: Mask[] = [];
  maskBrackets(tokens, masks);
  if (source.includes('\\\n')) maskContinuations(source, tokens, masks);
  return masks;
}

/** Only what is inside brackets that are closed: half-typed code keeps its lines. */
function maskBrackets(tokens: readonly Token[], masks: Mask[]): void {
  const closed = closedBrackets(tokens);
  let depth = 0;
  tokens.forEach((token, index) => {
    if (closed.has(index)) depth += '([{'.includes(token.text) ? 1 : -1;
    else if (depth > 0 && (token.kind === 'nl' || token.kind === 'comment')) {
      masks.push({ start: token.start, end: token.end, text: ' '.repeat(token.end - token.start) });
    }
  });
}

/** The indexes of all brackets that have their counterpart. */
function closedBrackets(tokens: readonly Token[]): Set<number> {
  const open: number[] = [];
  const closed = new Set<number>();
  tokens.forEach((token, index) => {
    if (token.kind !== 'operator') return;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(index);
    else if (token.text === ')' || token.text === ']' || token.text === '}') {
      const start = open.pop();
      if (start === undefined) return;
      closed.add(start);
      closed.add(index);
    }
  });
  return closed;
}

function maskContinuations(source: string, tokens: readonly Token[], masks: Mask[]): void {
  let end = 0;
  let startsLine = true;
  for (const token of tokens) {
    const gap = source.slice(end, token.start);
    if (gap.includes('\\\n')) {
      const text = startsLine ? indentationMask(source, token, gap) : ' '.repeat(gap.length);
      masks.push({ start: end, end: token.start, text });
    }
    end = token.end;
    startsLine = token.kind === 'newline' || (startsLine && token.kind === 'nl');
  }
}

function indentationMask(source: string, token: Token, gap: string): string {
  const width = Math.min(indentationOf(source, token.start).width, gap.length);
  return '\n'.repeat(gap.length - width) + ' '.repeat(width);
}
