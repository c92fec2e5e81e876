import type { Token } from './lexer';
import type { SyntaxProblem } from './parser';
import type { SourceText } from './sourceText';

/**
 * What CPython's tokenizer refuses and a tolerant grammar passes over: characters that no token starts with, strings that
 * never end, brackets that do not match, indentation.
 */
export function checkTokens(source: SourceText, tokens: readonly Token[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const report = (message: string, token: Token): void => {
    problems.push({ message, range: source.range(token.start, token.end) });
  };
  checkCharacters(tokens, report);
  checkBrackets(tokens, report);
  checkIndentation(source, tokens, report);
  return problems;
}

type Report = (message: string, token: Token) => void;

function checkCharacters(tokens: readonly Token[], report: Report): void {
  for (const token of tokens) {
    if (token.kind !== 'error') continue;
    if (/['"]/.test(token.text)) {
      const triple = /^[A-Za-z]*('''|""")/.test(token.text);
      report(`unterminated ${triple ? 'triple-quoted ' : ''}string literal`, token);
    } else if (token.text === '\\') {
      report('unexpected character after line continuation character', token);
    } else report(describeCharacter(token.text), token);
  }
}

function describeCharacter(text: string): string {
  const code = text.codePointAt(0)!;
  if (code < 128 && code >= 32) return `invalid syntax: unexpected '${text}'`;
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  const printable = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(text);
  return printable
    ? `invalid character '${text}' (U+${hex})`
    : `invalid non-printable character U+${hex}`;
}

const OPENERS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function checkBrackets(tokens: readonly Token[], report: Report): void {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'operator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(token);
    const opener = OPENERS[token.text];
    if (opener === undefined) continue;
    const last = open.pop();
    if (last === undefined) return report(`unmatched '${token.text}'`, token);
    if (last.text !== opener) {
      return report(
        `closing parenthesis '${token.text}' does not match opening parenthesis '${last.text}'`,
        token
      );
    }
  }
  const last = open.at(-1);
  if (last !== undefined) report(`'${last.text}' was never closed`, last);
}

/** CPython keeps two widths of an indentation: with tabs to multiples of eight, and with tabs of one. */
interface Indentation {
  width: number;
  alternative: number;
}

function checkIndentation(source: SourceText, tokens: readonly Token[], report: Report): void {
  const stack: Indentation[] = [{ width: 0, alternative: 0 }];
  let startsLine = true;
  let last: Token | null = null;
  for (const token of tokens) {
    if (token.kind === 'nl' || token.kind === 'comment') continue;
    if (token.kind === 'newline') {
      startsLine = true;
      continue;
    }
    if (startsLine) {
      const message = indent(stack, indentationOf(source.text, token.start), last?.text === ':');
      if (message !== null) report(message, token);
      startsLine = false;
    }
    last = token;
  }
}

/**
 * The indentation of the line in which a token comes first. One that is split over continued lines (`\\` at their
 * ends) counts as that of the first of them that has any.
 */
export function indentationOf(text: string, tokenStart: number): Indentation {
  let start = text.lastIndexOf('\n', tokenStart - 1) + 1;
  let result = measure(text, start, tokenStart);
  while (start > 1 && text[start - 2] === '\\') {
    const end = start - 2;
    start = text.lastIndexOf('\n', end - 1) + 1;
    if (text.slice(start, end).trim() !== '') break;
    const before = measure(text, start, end);
    if (before.width > 0) result = before;
  }
  return result;
}

function measure(text: string, start: number, end: number): Indentation {
  const result = { width: 0, alternative: 0 };
  for (const char of text.slice(start, end)) {
    if (char === ' ') {
      result.width += 1;
      result.alternative += 1;
    } else if (char === '\t') {
      result.width = (Math.floor(result.width / 8) + 1) * 8;
      result.alternative += 1;
    } else if (char === '\f') {
      result.width = 0;
      result.alternative = 0;
    } else break;
  }
  return result;
}

/** Moves the stack to a line's indentation; gives what is wrong with it, or null. */
function indent(stack: Indentation[], line: Indentation, afterColon: boolean): string | null {
  const top = stack.at(-1)!;
  if (line.width > top.width) {
    stack.push(line);
    if (line.alternative <= top.alternative) {
      return 'inconsistent use of tabs and spaces in indentation';
    }
    return afterColon ? null : 'unexpected indent';
  }
  if (line.width === top.width) {
    if (line.alternative !== top.alternative) {
      return 'inconsistent use of tabs and spaces in indentation';
    }
    return afterColon ? 'expected an indented block' : null;
  }
  while (stack.length > 1 && stack.at(-1)!.width > line.width) stack.pop();
  if (stack.at(-1)!.width !== line.width) {
    stack.push(line);
    return 'unindent does not match any outer indentation level';
  }
  return afterColon ? 'expected an indented block' : null;
}
