import { endOfString } from '../lexer';

/** What of a logical line decides whether IPython takes it for its own. Offsets into the scanned text. */
export interface LogicalLine {
  start: number;
  /** After its line end, or at the end of the text. */
  end: number;
  /** Of the first token that is no blank; null for a blank line. */
  firstToken: number | null;
  /** Of a `?` that is its last token. */
  questionMark: number | null;
  /** Of the `%` or `!` that follows its first `=` outside brackets. */
  assigned: number | null;
  /** It has a token that is no comment. */
  hasCode: boolean;
}

const BLANK = /(?:[ \t\f]|\\\n)+/y;
const STRING_START = /(?:[bBfFtT]?[rR]|[rR][bBfFtT]|[bBuUfFtT])?(?:'''|"""|'|")/y;
const WORD = /[\p{L}\p{N}_\p{M}]+/uy;
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|\*\*|\/\/|>>|<<|!=|->|:=|[+\-*/%@&|^=<>]=/y;
const MAGIC_NAME = /%[ \t\f]*[\p{L}_]/uy;

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The end of the token at `at`. What cannot be one, an unclosed quote among it, is a token of one character. */
function endOfToken(text: string, at: number): number {
  const quote = endOf(STRING_START, text, at);
  if (quote !== -1) {
    const { end, closed } = endOfString(text, at, quote);
    if (closed) return end;
    const isTriple = /'''|"""/.test(text.slice(at, quote));
    if (isTriple) return text.length;
  }
  const word = endOf(WORD, text, at);
  if (word !== -1) return word;
  const operator = endOf(OPERATOR, text, at);
  return operator === -1 ? at + 1 : operator;
}

/** The offset of the `%` or `!` at `at`, blanks skipped, when it starts the right side of IPython's assignment. */
function assignedAt(text: string, equals: number): number | null {
  const blank = endOf(BLANK, text, equals + 1);
  const at = blank === -1 ? equals + 1 : blank;
  const lineStart = text.lastIndexOf('\n', equals) + 1;
  if (text[at] === '!') {
    const startsLine = text.slice(lineStart, equals).trim() === '';
    return text[at + 1] === '=' || startsLine ? null : at;
  }
  return endOf(MAGIC_NAME, text, at) === -1 ? null : at;
}

/** Reads one logical line of Python from `start`: brackets, strings and backslashes carry it over line ends. */
export function scanLogicalLine(text: string, start: number): LogicalLine {
  const line: LogicalLine = {
    start,
    end: text.length,
    firstToken: null,
    questionMark: null,
    assigned: null,
    hasCode: false
  };
  let depth = 0;
  let sawEquals = false;
  let at = start;
  while (at < text.length) {
    const blank = endOf(BLANK, text, at);
    if (blank !== -1) {
      at = blank;
      continue;
    }
    const char = text[at]!;
    if (char === '\n') {
      at += 1;
      if (depth > 0) continue;
      line.end = at;
      return line;
    }
    line.firstToken ??= at;
    line.questionMark = char === '?' ? at : null;
    if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      continue;
    }
    line.hasCode = true;
    const end = endOfToken(text, at);
    if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
    else if (char === '=' && end === at + 1 && depth === 0 && !sawEquals) {
      sawEquals = true;
      line.assigned = assignedAt(text, at);
    }
    at = end;
  }
  return line;
}
