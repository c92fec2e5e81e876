/**
 * Python's lexical structure ("Lexical analysis" in the language reference), far enough for what needs lines and
 * words but no tree: IPython's syntax, indentation, soft keywords. An f-string is one token, whatever it holds
 * (PEP 701's nesting included).
 */

export type TokenKind =
  | 'name'
  | 'number'
  | 'string'
  | 'operator'
  | 'comment'
  /** End of a logical line. */
  | 'newline'
  /** End of a line that ends no logical line: blank, comment only, or inside brackets. */
  | 'nl'
  /** What no token can start with, and strings that never end. */
  | 'error';

export interface Token {
  kind: TokenKind;
  /** UTF-16 offsets. */
  start: number;
  end: number;
  text: string;
}

const ASCII_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const UNICODE_NAME = /[_\p{XID_Start}\u00b7\u2118\u212e][\p{XID_Continue}]*/uy;
const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y;
const OPERATOR =
  /\*\*=?|\/\/=?|>>=?|<<=?|\.\.\.|!=|->|:=|[+\-*/%@&|^=<>]=|[+\-*/%@&|^=<>~()[\]{},:.;]/y;
const STRING_START = /(?:[bBfFtT]?[rR]|[rR][bBfFtT]|[bBuUfFtT])?(?:'''|"""|'|")/y;
const NON_ASCII = /[^\0-\x7f]/;

/** The bracket that each closing one closes. */
export const OPENER_OF: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function matchAt(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : -1;
}

/** Where a string that starts at `start` ends, `closed` being false when it never does. */
interface StringEnd {
  end: number;
  closed: boolean;
}

/**
 * @param start Offset of the prefix or the quote.
 * @param body Offset just after the opening quotes.
 */
export function endOfString(source: string, start: number, body: number): StringEnd {
  const found = endOfLiteral(source, start, body);
  // Before PEP 701 the next quote ended an f-string, whatever it held; half-typed ones are best read so, too.
  return found.closed ? found : endOfPlain(source, body, quoteOf(source.slice(start, body)));
}

function quoteOf(opening: string): string {
  return /(?:'''|""")$/.test(opening) ? opening.slice(-3) : opening.slice(-1);
}

function endOfLiteral(source: string, start: number, body: number): StringEnd {
  const opening = source.slice(start, body);
  const quote = quoteOf(opening);
  const prefix = opening.slice(0, -quote.length).toLowerCase();
  const formatted = prefix.includes('f') || prefix.includes('t');
  return formatted ? endOfFormatted(source, body, quote) : endOfPlain(source, body, quote);
}

function endOfPlain(source: string, body: number, quote: string): StringEnd {
  let at = body;
  while (at < source.length) {
    const char = source[at]!;
    if (char === '\\') at += 2;
    else if (char === '\n' && quote.length === 1) return { end: at, closed: false };
    else if (source.startsWith(quote, at)) return { end: at + quote.length, closed: true };
    else at += 1;
  }
  return { end: source.length, closed: false };
}

function endOfFormatted(source: string, body: number, quote: string): StringEnd {
  let at = body;
  while (at < source.length) {
    const char = source[at]!;
    if (char === '\\') at += source[at + 1] === '{' || source[at + 1] === '}' ? 1 : 2;
    else if (char === '\n' && quote.length === 1) return { end: at, closed: false };
    else if (source.startsWith(quote, at)) return { end: at + quote.length, closed: true };
    else if (char === '{' && source[at + 1] === '{') at += 2;
    else if (char === '{') {
      const end = endOfReplacement(source, at + 1, quote);
      if (end === -1) return { end: source.length, closed: false };
      at = end;
    } else at += 1;
  }
  return { end: source.length, closed: false };
}

/** The offset after the `}` of a replacement field whose expression starts at `at`; -1 when there is none. */
function endOfReplacement(source: string, at: number, quote: string): number {
  let depth = 0;
  while (at < source.length) {
    const char = source[at]!;
    const string = matchAt(STRING_START, source, at);
    if (string !== -1) {
      const nested = endOfLiteral(source, at, string);
      if (!nested.closed) return -1;
      at = nested.end;
    } else if ('([{'.includes(char)) {
      depth += 1;
      at += 1;
    } else if (char === '}' && depth === 0) return at + 1;
    else if (')]}'.includes(char)) {
      depth -= 1;
      at += 1;
    } else if (char === ':' && depth === 0) return endOfFormatSpec(source, at + 1, quote);
    else if (char === '#') {
      const end = source.indexOf('\n', at);
      at = end === -1 ? source.length : end;
    } else {
      const name = matchAt(ASCII_NAME, source, at);
      at = name === -1 ? at + 1 : name;
    }
  }
  return -1;
}

function endOfFormatSpec(source: string, at: number, quote: string): number {
  while (at < source.length) {
    const char = source[at]!;
    if (char === '}') return at + 1;
    if (source.startsWith(quote, at) || (char === '\n' && quote.length === 1)) return -1;
    if (char === '{') {
      const end = endOfReplacement(source, at + 1, quote);
      if (end === -1) return -1;
      at = end;
    } else at += 1;
  }
  return -1;
}

const NEWLINE = 10;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const HASH = 35;
const BACKSLASH = 92;
const ASCII = 128;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isBlank = (code: number): boolean => code === SPACE || code === 9 || code === 12;
const startsName = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;

function endOfName(source: string, at: number): number {
  let end = at;
  let code = source.charCodeAt(end);
  while (startsName(code) || (isDigit(code) && end > at)) code = source.charCodeAt(++end);
  if (code >= ASCII) return matchAt(UNICODE_NAME, source, at);
  return end === at ? -1 : end;
}

const SINGLES = new Set([...'()[]{},;~'].map(char => char.charCodeAt(0)));
const PREFIXES = new Set([...'rRbBfFtTuU'].map(char => char.charCodeAt(0)));

function token(kind: TokenKind, source: string, start: number, end: number): Token {
  return { kind, start, end, text: source.slice(start, end) };
}

/** The token that starts at an offset where there is neither a blank nor a line end nor a comment. */
function readToken(source: string, at: number): Token {
  const code = source.charCodeAt(at);
  if (SINGLES.has(code)) return token('operator', source, at, at + 1);
  if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE || PREFIXES.has(code)) {
    const body = matchAt(STRING_START, source, at);
    if (body !== -1) {
      const { end, closed } = endOfString(source, at, body);
      return token(closed ? 'string' : 'error', source, at, end);
    }
  }
  if (startsName(code) || code >= ASCII) {
    const end = endOfName(source, at);
    if (end !== -1) return token('name', source, at, end);
  }
  const number = matchAt(NUMBER, source, at);
  if (number !== -1) return token('number', source, at, number);
  const operator = matchAt(OPERATOR, source, at);
  if (operator !== -1) return token('operator', source, at, operator);
  return token('error', source, at, at + (source.codePointAt(at)! > 0xffff ? 2 : 1));
}

/** How a token changes the depth of brackets. */
function nesting({ kind, text }: Token): number {
  if (kind !== 'operator' || text.length > 1) return 0;
  if ('([{'.includes(text)) return 1;
  return OPENER_OF[text] === undefined ? 0 : -1;
}

/** Splits a source with `\n` line ends into tokens, blanks and line continuations left out. Never fails. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  let lineIsBlank = true;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (isBlank(code)) at += 1;
    else if (code === BACKSLASH && continuesLine(source, at)) at += 2;
    else {
      const found = readAny(source, at, code, depth === 0 && !lineIsBlank);
      tokens.push(found);
      at = found.end;
      if (code === NEWLINE) lineIsBlank = lineIsBlank || depth === 0;
      else if (code !== HASH) {
        lineIsBlank = false;
        depth = Math.max(0, depth + nesting(found));
      }
    }
  }
  return tokens;
}

function continuesLine(source: string, at: number): boolean {
  return at + 1 === source.length || source.charCodeAt(at + 1) === NEWLINE;
}

/** @param ends Whether a line end here ends a logical line. */
function readAny(source: string, at: number, code: number, ends: boolean): Token {
  if (code === NEWLINE) return token(ends ? 'newline' : 'nl', source, at, at + 1);
  if (code !== HASH) return readToken(source, at);
  const end = source.indexOf('\n', at);
  return token('comment', source, at, end === -1 ? source.length : end);
}

/** The tokens of a replacement field's expression, and where it ends: at `}`, `:`, `!` or at `limit`. */
export function fieldTokens(
  source: string,
  start: number,
  limit: number
): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let depth = 0;
  let at = start;
  while (at < limit) {
    const code = source.charCodeAt(at);
    if (isBlank(code)) at += 1;
    else if (code === BACKSLASH && continuesLine(source, at)) at += 2;
    else {
      const found = readAny(source, at, code, false);
      if (depth === 0 && ENDS_FIELD.has(found.text)) return { tokens, end: at };
      tokens.push(found);
      at = found.end;
      depth = Math.max(0, depth + nesting(found));
    }
  }
  return { tokens, end: Math.min(at, limit) };
}

/** `:=` is a format that begins with `=`. */
const ENDS_FIELD = new Set(['}', ':', ':=', '!']);

export function hasNonAscii(text: string): boolean {
  return NON_ASCII.test(text);
}
