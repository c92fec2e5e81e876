import type { Range } from '../../diagnostics';
import type { Expr, InvalidExpr, Stmt } from '../ast';
import { hasNonAscii, type Token } from '../lexer';
import type { SyntaxProblem } from './model';
import type { SourceText } from '../sourceText';
import { DEDENT, END, ERROR, INDENT, NAME, NEWLINE, STARTS_EXPRESSION, type Words } from './words';

/**
 * The rules of Python's grammar that others are made of (the names are those of the language reference's full
 * grammar). They are passed in, since expressions, strings and parameters hold one another.
 */
export interface Grammar {
  /** `expression`: a test, without `:=` or a star. */
  expression(reader: Reader): Expr;
  /** `named_expression`: an expression, or `name := expression`. */
  namedExpression(reader: Reader): Expr;
  /** `star_named_expression`: what can be an element of a display. */
  element(reader: Reader): Expr;
  /** `star_expressions`: one, or a tuple without parentheses. */
  expressions(reader: Reader): Expr;
  /** `yield_expr | star_expressions`: what can be assigned. */
  assigned(reader: Reader): Expr;
  /** `disjunction`: an expression that is no lambda and has no `if`. */
  disjunction(reader: Reader): Expr;
  /** `bitwise_or`: an operand of a comparison; also what a target is read as. */
  operand(reader: Reader): Expr;
  /** What follows the header of a compound statement: a colon and its block. */
  block(reader: Reader): Stmt[];
}

const ENDS_LINE = new Set([NEWLINE, END, INDENT, DEDENT]);

/** Goes through the words of a source; every part of the grammar reads from it. */
export class Reader {
  private at = 0;
  /** What is wrong is said once a statement: the rest of it is a consequence. */
  private isLost = false;

  constructor(
    readonly source: SourceText,
    private readonly words: Words,
    readonly problems: SyntaxProblem[],
    readonly grammar: Grammar
  ) {}

  /** What the next word is. */
  get code(): string {
    return this.words.codes[this.at]!;
  }

  is(code: string): boolean {
    return this.words.codes[this.at] === code;
  }

  /** What the word after the next ones is; the end of the source where there is none. */
  ahead(distance: number): string {
    return this.words.codes[this.at + distance] ?? END;
  }

  get next(): Token {
    return this.words.tokens[this.at]!;
  }

  /** Where the next word starts. */
  get start(): number {
    return this.words.tokens[this.at]!.start;
  }

  /** Where the last word that was taken ends. */
  get end(): number {
    return this.at === 0 ? this.start : this.words.tokens[this.at - 1]!.end;
  }

  take(): Token {
    const token = this.words.tokens[this.at]!;
    if (this.words.codes[this.at] !== END) this.at += 1;
    return token;
  }

  accept(code: string): boolean {
    if (this.words.codes[this.at] !== code) return false;
    this.at += 1;
    return true;
  }

  /** Takes a word that must be there; reports one that is not. */
  expect(code: string): boolean {
    if (this.accept(code)) return true;
    this.unexpected(`expected '${code}'`);
    return false;
  }

  /** A name that must be there; null, and reported, where it is not. */
  expectName(): Token | null {
    if (this.code === NAME) return this.take();
    this.unexpected();
    return null;
  }

  get startsExpression(): boolean {
    return STARTS_EXPRESSION.has(this.code);
  }

  get isAtLineEnd(): boolean {
    return ENDS_LINE.has(this.code);
  }

  /** A place to come back to. */
  get mark(): { at: number; problems: number } {
    return { at: this.at, problems: this.problems.length };
  }

  /** Forgets all since a mark. */
  goBack(mark: { at: number; problems: number }): void {
    this.at = mark.at;
    this.problems.length = mark.problems;
    this.isLost = false;
  }

  startStatement(): void {
    this.isLost = false;
  }

  /** Says that the next word cannot stand here: with `message` where what was wanted is known. */
  unexpected(message?: string): void {
    if (this.isLost) return;
    this.isLost = true;
    // What the lexer could not read has been reported.
    if (this.code === ERROR) return;
    if (!this.isAtLineEnd) {
      const { start, end } = this.next;
      this.problem(message ?? 'invalid syntax', start, end);
    } else if (message !== undefined) this.problem(message, this.end, this.end);
    else {
      const last = this.words.tokens[this.at - 1]?.text ?? '';
      this.problem(`invalid syntax: something is missing after '${last}'`, this.end, this.end);
    }
  }

  problem(message: string, start: number, end: number): void {
    this.problems.push({ message, range: this.source.range(start, end) });
  }

  refuse(message: string, node: { range: Range }): void {
    this.problems.push({ message, range: node.range });
  }

  /** From an offset to the end of the last word that was taken; empty where nothing has been taken since. */
  range(start: number): Range {
    return this.source.range(start, Math.max(start, this.end));
  }

  /** An identifier as Python compares it (NFKC). */
  identifier({ text }: Token): string {
    return hasNonAscii(text) ? text.normalize('NFKC') : text;
  }

  /** An expression that is not there. */
  missing(): InvalidExpr {
    this.unexpected();
    return { kind: 'InvalidExpr', values: [], range: this.source.range(this.end, this.end) };
  }

  /**
   * Takes the bracket that closes what was opened. What stands before it and was not understood is passed over;
   * the expressions in it are kept.
   */
  close(bracket: string): Expr[] {
    if (this.accept(bracket)) return [];
    this.unexpected();
    const kept = this.skip(bracket);
    this.accept(bracket);
    return kept;
  }

  /** Passes over what cannot be read, up to a word or the line's end, and keeps the expressions in it. */
  skip(until: string): Expr[] {
    const kept: Expr[] = [];
    while (!this.isAtLineEnd && this.code !== until) {
      if (this.startsExpression) kept.push(this.grammar.element(this));
      else this.take();
    }
    return kept;
  }

  /** The code of the last word of the logical line. */
  get lastOfLine(): string {
    let at = this.at;
    while (!ENDS_LINE.has(this.words.codes[at]!)) at += 1;
    return this.words.codes[at - 1]!;
  }

  /** The code of the word after the bracket that closes the one which comes next. */
  get afterBrackets(): string {
    let depth = 0;
    for (let at = this.at; at < this.words.codes.length; at += 1) {
      const code = this.words.codes[at]!;
      if (code === '(' || code === '[' || code === '{') depth += 1;
      else if (code === ')' || code === ']' || code === '}') depth -= 1;
      if (depth === 0) return this.words.codes[at + 1] ?? END;
    }
    return END;
  }
}
