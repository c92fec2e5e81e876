import type { Token } from '../lexer';
import { tokenize } from '../lexer';
import type { SyntaxProblem } from '../parser';
import type { SourceText } from '../sourceText';
import type { Mask } from './masks';
import { applyMasks } from './masks';

/** A source that is half-typed somewhere, made readable around that place. */
export interface RepairedSource {
  /** As long as the source: offsets hold. */
  text: string;
  tokens: Token[];
  problems: SyntaxProblem[];
}

/**
 * Keeps what is not finished from swallowing what follows it. Left alone the grammar reads on over line ends: it takes
 * `x =` and `y = 1` in the next line for `x = y = 1`, an open bracket for the rest of the cell, and an `if` without a
 * colon for no statement at all. What cannot be finished is left out, and reported.
 */
export function repair(source: SourceText, tokens: Token[]): RepairedSource {
  const closed = withoutOpenBrackets(source.text, tokens);
  const lines = logicalLines(closed.tokens);
  const problems: SyntaxProblem[] = [];
  const masks: Mask[] = [];
  for (const line of lines) {
    maskDangling(source, line, masks, problems);
    addColon(source, line, masks, problems);
  }
  if (masks.length === 0) return { ...closed, problems };
  const text = applyMasks(closed.text, masks);
  return { text, tokens: tokenize(text), problems };
}

/** Each round mends at least one bracket; text that wants more is no Python that somebody is typing. */
const MOST_ROUNDS = 20;

/** Open brackets are reported by the lexical checks. */
function withoutOpenBrackets(source: string, tokens: Token[]): { text: string; tokens: Token[] } {
  let current = { text: source, tokens };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const open = openBrackets(current.tokens);
    if (open.length === 0) break;
    const before = current.text;
    const text = applyMasks(
      before,
      open.map(bracket => maskOpenBracket(before, bracket))
    );
    current = { text, tokens: tokenize(text) };
  }
  return current;
}

/** A definition needs its parentheses: they get what is left of the line. */
function maskOpenBracket(text: string, bracket: Token): Mask {
  const { start, end } = bracket;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const lineEnd = endOfLine(text, start);
  const rest = text.slice(start, lineEnd);
  const isHeader = /^\s*(?:async\s+def|def|class)\s+\w+\s*$/.test(text.slice(lineStart, start));
  if (!isHeader || bracket.text !== '(' || rest.length < 2) return { start, end, text: ' ' };
  const inner = rest.length > 2 && rest.endsWith(':') ? ':' : '';
  return { start, end: lineEnd, text: `()${inner.padStart(rest.length - 2)}` };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

const OPENERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function openBrackets(tokens: readonly Token[]): Token[] {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'operator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(token);
    // `[(]`: the inner one is the one that is not closed.
    else if (OPENERS[token.text] !== undefined) {
      if (open.at(-1)?.text !== OPENERS[token.text]) return open;
      open.pop();
    }
  }
  return open;
}

/** The words of a logical line, without comments, and its line end if it has one. */
interface LogicalLine {
  words: Token[];
  end: Token | null;
}

function logicalLines(tokens: readonly Token[]): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let words: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'newline') {
      lines.push({ words, end: token });
      words = [];
    } else if (token.kind !== 'nl' && token.kind !== 'comment') words.push(token);
  }
  if (words.length > 0) lines.push({ words, end: null });
  return lines;
}

const MAY_END_A_LINE = new Set([')', ']', '}', ',', ':', ';', '...']);
const WANTS_AN_OPERAND = new Set([
  'and',
  'as',
  'assert',
  'async',
  'await',
  'class',
  'def',
  'del',
  'elif',
  'for',
  'from',
  'global',
  'if',
  'import',
  'in',
  'is',
  'nonlocal',
  'not',
  'or',
  'while',
  'with'
]);

function isDangling(word: Token, before: Token | undefined): boolean {
  if (word.kind === 'name') return WANTS_AN_OPERAND.has(word.text);
  if (word.kind !== 'operator' || MAY_END_A_LINE.has(word.text)) return false;
  return !(word.text === '*' && before?.text === 'import');
}

/** Leaves out the operators and keywords at a line's end whose operand is missing. */
function maskDangling(
  source: SourceText,
  line: LogicalLine,
  masks: Mask[],
  problems: SyntaxProblem[]
): void {
  let last = line.words.length - 1;
  while (last >= 0 && isDangling(line.words[last]!, line.words[last - 1])) last -= 1;
  const dangling = line.words.slice(last + 1);
  if (dangling.length > 0) {
    for (const word of dangling) masks.push(blank(word));
    const { end, text } = dangling.at(-1)!;
    problems.push({
      message: `invalid syntax: something is missing after '${text}'`,
      range: source.range(end, end)
    });
    line.words.splice(last + 1);
  }
  maskBroken(source, line, masks, problems);
}

function blank({ start, end }: Token): Mask {
  return { start, end, text: ' '.repeat(end - start) };
}

/** What a statement cannot do without, by its first word. */
const WANTS_A_WORD: ReadonlyMap<string, string> = new Map([
  ['from', 'import'],
  ['for', 'in'],
  ['def', '(']
]);

/** Leaves out a line that is no statement without a word that it does not have yet. */
function maskBroken(
  source: SourceText,
  line: LogicalLine,
  masks: Mask[],
  problems: SyntaxProblem[]
): void {
  const wanted = line.words[0] && WANTS_A_WORD.get(line.words[0].text);
  const last = line.words.at(-1);
  if (wanted === undefined || last === undefined) return;
  if (line.words.some(word => word.text === wanted)) return;
  problems.push({ message: `expected '${wanted}'`, range: source.range(last.end, last.end) });
  masks.push(...line.words.map(blank));
  line.words.length = 0;
}

const WANTS_A_COLON = new Set([
  'async',
  'class',
  'def',
  'elif',
  'else',
  'except',
  'finally',
  'for',
  'if',
  'try',
  'while',
  'with'
]);

function addColon(
  source: SourceText,
  line: LogicalLine,
  masks: Mask[],
  problems: SyntaxProblem[]
): void {
  const [first] = line.words;
  const last = line.words.at(-1);
  if (first?.kind !== 'name' || last === undefined || !WANTS_A_COLON.has(first.text)) return;
  if (hasColon(line.words)) return;
  problems.push({ message: "expected ':'", range: source.range(last.end, last.end) });
  // Before a blank or a comment; else in place of the line end, so that the next line becomes the body.
  if (line.end !== null) masks.push({ start: last.end, end: last.end + 1, text: ':' });
}

function hasColon(words: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, text } of words) {
    if (kind !== 'operator') continue;
    if (text === '(' || text === '[' || text === '{') depth += 1;
    else if (OPENERS[text] !== undefined) depth -= 1;
    else if (text === ':' && depth <= 0) return true;
  }
  return false;
}
