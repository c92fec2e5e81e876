import { indentationOf, type Indentation } from '../indentation';
import type { Token } from '../lexer';
import type { SyntaxProblem } from './model';
import type { SourceText } from '../sourceText';

/**
 * The words of a source as the grammar sees them: without comments and blank lines, with the ends of logical lines
 * and the bounds of blocks. `codes[i]` tells what `tokens[i]` is: a keyword or an operator is its own code.
 */
export interface Words {
  codes: string[];
  tokens: Token[];
}

export const NAME = 'NAME';
export const NUMBER = 'NUMBER';
export const STRING = 'STRING';
export const ERROR = 'ERROR';
export const NEWLINE = 'NEWLINE';
export const INDENT = 'INDENT';
export const DEDENT = 'DEDENT';
export const END = 'END';

/** The codes with which an expression can begin. */
export const STARTS_EXPRESSION: ReadonlySet<string> = new Set(
  [NAME, NUMBER, STRING].concat('False None True await lambda not ( [ { - + ~ * ...'.split(' '))
);

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);

/** @throws never; what is wrong with the indentation is added to `problems`. */
export function readWords(
  source: SourceText,
  tokens: readonly Token[],
  problems: SyntaxProblem[]
): Words {
  const layout = new Layout(source, problems);
  let startsLine = true;
  for (const token of tokens) {
    if (token.kind === 'nl' || token.kind === 'comment') continue;
    if (startsLine) layout.startLine(token);
    startsLine = token.kind === 'newline';
    layout.add(codeOf(token), token);
  }
  return layout.finish(startsLine);
}

/** The words between brackets, where lines and blocks do not count. */
export function readInnerWords(tokens: readonly Token[], end: number): Words {
  const words: Words = { codes: [], tokens: [] };
  for (const token of tokens) {
    if (token.kind === 'nl' || token.kind === 'comment') continue;
    words.codes.push(codeOf(token));
    words.tokens.push(token);
  }
  words.codes.push(END);
  words.tokens.push(emptyToken(end));
  return words;
}

function codeOf(token: Token): string {
  switch (token.kind) {
    case 'name':
      return KEYWORDS.has(token.text) ? token.text : NAME;
    case 'number':
      return NUMBER;
    case 'string':
      return STRING;
    case 'newline':
      return NEWLINE;
    case 'operator':
      return token.text;
    default:
      return ERROR;
  }
}

function emptyToken(at: number): Token {
  return { kind: 'nl', start: at, end: at, text: '' };
}

/** Follows the indentation as CPython's tokenizer does; an unindent that fits nowhere opens no block and is reported. */
class Layout {
  private readonly words: Words = { codes: [], tokens: [] };
  private readonly stack: Indentation[] = [{ width: 0, alternative: 0 }];

  constructor(
    private readonly source: SourceText,
    private readonly problems: SyntaxProblem[]
  ) {}

  add(code: string, token: Token): void {
    this.words.codes.push(code);
    this.words.tokens.push(token);
  }

  startLine(token: Token): void {
    const line = indentationOf(this.source.text, token.start);
    const top = this.stack.at(-1)!;
    if (line.width > top.width) {
      if (line.alternative <= top.alternative) this.reportTabs(token);
      this.stack.push(line);
      this.add(INDENT, emptyToken(token.start));
    } else if (line.width < top.width) this.unindent(line, token);
    else if (line.alternative !== top.alternative) this.reportTabs(token);
  }

  private unindent(line: Indentation, token: Token): void {
    while (this.stack.length > 1 && this.stack.at(-1)!.width > line.width) {
      this.stack.pop();
      this.add(DEDENT, emptyToken(token.start));
    }
    if (this.stack.at(-1)!.width === line.width) return;
    this.report('unindent does not match any outer indentation level', token);
    // Those that follow are measured by this line, so that one slip is one problem.
    this.stack.push(line);
    this.add(INDENT, emptyToken(token.start));
  }

  finish(endsLine: boolean): Words {
    const { length } = this.source.text;
    if (!endsLine) this.add(NEWLINE, emptyToken(length));
    for (let depth = this.stack.length; depth > 1; depth -= 1) {
      this.add(DEDENT, emptyToken(length));
    }
    this.add(END, emptyToken(length));
    return this.words;
  }

  private reportTabs(token: Token): void {
    this.report('inconsistent use of tabs and spaces in indentation', token);
  }

  private report(message: string, token: Token): void {
    this.problems.push({ message, range: this.source.range(token.start, token.end) });
  }
}
