import { endOfString } from './json-text';

/** The first place where a text stops being JSON: a UTF-16 offset, and what is the matter there. */
export interface JsonError {
  readonly offset: number;
  readonly reason: string;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or close' | 'end';

const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?Infinity|NaN)(?![\w.+-])/y;
/** An escape, or what lies before the space in Unicode: the control characters. */
const ESCAPE_OR_CONTROL = /\\(?:u[0-9a-fA-F]{4}|[^])|[^ -\uffff]/g;
const GOOD_ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/;

const REASONS: Readonly<Record<Expected, string>> = {
  value: 'a value is expected',
  'value or ]': 'a value or "]" is expected',
  key: 'a key in double quotes is expected',
  'key or }': 'a key in double quotes or "}" is expected',
  colon: 'a colon is expected',
  'comma or close': 'a comma or a closing bracket is expected',
  end: 'the JSON is over, but the text goes on'
};

/** Finds what keeps a text from being JSON (Python's NaN and infinities aside); null where nothing does. */
export function findJsonError(text: string): JsonError | null {
  const open: Bracket[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
    if (at >= text.length) {
      return expected === 'end' ? null : { offset: at, reason: 'the text ends too early' };
    }
    const token = readToken(text, at, expected, open);
    if ('error' in token) return token.error;
    at = token.end;
    expected = token.next;
  }
}

type Bracket = '{' | '[';
type Token = { end: number; next: Expected } | { error: JsonError };

/** Reads what stands at `at`; `open` are the brackets around it. */
function readToken(text: string, at: number, expected: Expected, open: Bracket[]): Token {
  const sign = text[at]!;
  const isValue = expected === 'value' || expected === 'value or ]';
  const isKey = expected === 'key' || expected === 'key or }';
  if (sign === '"' && (isValue || isKey)) {
    return readString(text, at, isKey ? 'colon' : afterValue(open));
  }
  if ((sign === '{' || sign === '[') && isValue) {
    open.push(sign);
    return { end: at + 1, next: sign === '{' ? 'key or }' : 'value or ]' };
  }
  if (closes(sign, expected, open.at(-1))) {
    open.pop();
    return { end: at + 1, next: afterValue(open) };
  }
  if (sign === ',' && expected === 'comma or close') {
    return { end: at + 1, next: open.at(-1) === '{' ? 'key' : 'value' };
  }
  if (sign === ':' && expected === 'colon') return { end: at + 1, next: 'value' };
  SCALAR.lastIndex = at;
  const scalar = isValue ? SCALAR.exec(text) : null;
  return scalar
    ? { end: at + scalar[0].length, next: afterValue(open) }
    : { error: { offset: at, reason: REASONS[expected] } };
}

function closes(sign: string, expected: Expected, within: Bracket | undefined): boolean {
  if (sign === '}' && within === '{') {
    return expected === 'key or }' || expected === 'comma or close';
  }
  return (
    sign === ']' && within === '[' && (expected === 'value or ]' || expected === 'comma or close')
  );
}

function readString(text: string, start: number, next: Expected): Token {
  const end = endOfString(text, start);
  const error = faultInString(text, start, end ?? text.length);
  if (error) return { error };
  return end === null
    ? { error: { offset: start, reason: 'a text in quotes is not closed' } }
    : { end, next };
}

function afterValue(open: readonly string[]): Expected {
  return open.length === 0 ? 'end' : 'comma or close';
}

function faultInString(text: string, start: number, end: number): JsonError | null {
  ESCAPE_OR_CONTROL.lastIndex = start;
  for (;;) {
    const found = ESCAPE_OR_CONTROL.exec(text);
    if (found === null || found.index >= end) return null;
    const offset = found.index;
    if (!found[0].startsWith('\\')) {
      return { offset, reason: 'a text in quotes has a line break or control character in it' };
    }
    if (!GOOD_ESCAPE.test(found[0])) {
      return { offset, reason: 'a text in quotes has an escape that JSON does not know' };
    }
  }
}
