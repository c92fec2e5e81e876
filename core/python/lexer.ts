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
const BLANK = /[ \t\f]+/y;
const NON_ASCII = /[^\0-\x7f]/;

const CLOSERS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

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

function endOfName(source: string, at: number): number {
  const end = matchAt(ASCII_NAME, source, at);
  const next = source.charCodeAt(end === -1 ? at : end);
  if (!(next > 127)) return end;
  return matchAt(UNICODE_NAME, source, at);
}

/** Splits a source with `\n` line ends into tokens, blanks and line continuations left out. Never fails. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  let lineIsBlank = true;
  const push = (kind: TokenKind, end: number): void => {
    tokens.push({ kind, start: at, end, text: source.slice(at, end) });
    at = end;
  };
  while (at < source.length) {
    const blank = matchAt(BLANK, source, at);
    if (blank !== -1) {
      at = blank;
      continue;
    }
    const char = source[at]!;
    if (char === '\n') {
      const logical = depth === 0 && !lineIsBlank;
      push(logical ? 'newline' : 'nl', at + 1);
      if (depth === 0) lineIsBlank = true;
    } else if (char === '#') {
      const end = source.indexOf('\n', at);
      push('comment', end === -1 ? source.length : end);
    } else if (char === '\\' && (source[at + 1] === '\n' || at + 1 === source.length)) {
      at += 2;
    } else {
      lineIsBlank = false;
      const string = matchAt(STRING_START, source, at);
      if (string !== -1) {
        const { end, closed } = endOfString(source, at, string);
        push(closed ? 'string' : 'error', end);
        continue;
      }
      const name = endOfName(source, at);
      if (name !== -1) {
        push('name', name);
        continue;
      }
      const number = matchAt(NUMBER, source, at);
      if (number !== -1) {
        push('number', number);
        continue;
      }
      const operator = matchAt(OPERATOR, source, at);
      if (operator !== -1) {
        if ('([{'.includes(char)) depth += 1;
        else if (CLOSERS[char] !== undefined) depth = Math.max(0, depth - 1);
        push('operator', operator);
      } else push('error', at + (source.codePointAt(at)! > 0xffff ? 2 : 1));
    }
  }
  return tokens;
}

export function hasNonAscii(text: string): boolean {
  return NON_ASCII.test(text);
}
