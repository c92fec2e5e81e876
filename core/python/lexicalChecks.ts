import { OPENER_OF, type Token } from './lexer';
import type { SyntaxProblem } from './syntax/model';
import type { SourceText } from './sourceText';

/**
 * What CPython's tokenizer refuses and a tolerant grammar passes over: characters that no token starts with, strings that
 * never end, brackets that do not match.
 */
export function checkTokens(source: SourceText, tokens: readonly Token[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const report = (message: string, token: Token): void => {
    problems.push({ message, range: source.range(token.start, token.end) });
  };
  checkCharacters(tokens, report);
  checkBrackets(tokens, report);
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

function checkBrackets(tokens: readonly Token[], report: Report): void {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'operator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(token);
    const opener = OPENER_OF[token.text];
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
