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
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
    if (at >= text.length) {
      return expected === 'end' ? null : { offset: at, reason: 'the text ends too early' };
    }
    const sign = text[at]!;
    const wrong = { offset: at, reason: REASONS[expected] };
    const isValue: boolean = expected === 'value' || expected === 'value or ]';
    const isKey: boolean = expected === 'key' || expected === 'key or }';
    const within = open.at(-1);
    if (sign === '"' && (isValue || isKey)) {
      const end = endOfString(text, at);
      const fault = faultInString(text, at, end ?? text.length);
      if (fault) return fault;
      if (end === null) return { offset: at, reason: 'a text in quotes is not closed' };
      at = end;
      expected = isKey ? 'colon' : afterValue(open);
    } else if ((sign === '{' || sign === '[') && isValue) {
      open.push(sign);
      at++;
      expected = sign === '{' ? 'key or }' : 'value or ]';
    } else if (
      (sign === '}' &&
        within === '{' &&
        (expected === 'key or }' || expected === 'comma or close')) ||
      (sign === ']' &&
        within === '[' &&
        (expected === 'value or ]' || expected === 'comma or close'))
    ) {
      open.pop();
      at++;
      expected = afterValue(open);
    } else if (sign === ',' && expected === 'comma or close') {
      at++;
      expected = within === '{' ? 'key' : 'value';
    } else if (sign === ':' && expected === 'colon') {
      at++;
      expected = 'value';
    } else if (isValue) {
      SCALAR.lastIndex = at;
      const scalar = SCALAR.exec(text);
      if (scalar === null) return wrong;
      at += scalar[0].length;
      expected = afterValue(open);
    } else {
      return wrong;
    }
  }
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
