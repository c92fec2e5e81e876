import type { Value } from './arithmetic';
import { readFloat } from './json';

/** How deep lists and dicts may be nested. */
const DEEPEST = 100;

const WORDS: Record<string, Value> = {
  true: { kind: 'bool', value: true },
  True: { kind: 'bool', value: true },
  false: { kind: 'bool', value: false },
  False: { kind: 'bool', value: false },
  null: { kind: 'none' },
  None: { kind: 'none' },
  NaN: { kind: 'float', value: NaN },
  nan: { kind: 'float', value: NaN },
  Infinity: { kind: 'float', value: Infinity },
  inf: { kind: 'float', value: Infinity },
  '-Infinity': { kind: 'float', value: -Infinity },
  '-inf': { kind: 'float', value: -Infinity }
};
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const STRING = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/y;
const WORD = /[^\s,:[\](){}"']+/y;
const INTEGER = /^[+-]?\d(?:_?\d)*$/;

/** An integer or a float; null for what is no number. */
export function readNumber(text: string): Value | null {
  if (INTEGER.test(text)) {
    const digits = text.replace(/[_+]/g, '');
    return { kind: 'int', value: BigInt(digits) };
  }
  const float = readFloat(text);
  return float === null ? null : { kind: 'float', value: float };
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:u([\da-f]{4})|U([\da-f]{8})|x([\da-f]{2})|([^]))/gi,
    (all, ...groups) => {
      const [u, long, x, char] = groups as (string | undefined)[];
      if (char !== undefined) return ESCAPES[char] ?? (char === '\n' ? '' : char);
      const code = parseInt((u ?? long ?? x)!, 16);
      return code > 0x10ffff ? all : String.fromCodePoint(code);
    }
  );
}

/** Reads lists and dicts as people type them: JSON's words and Python's, either quotes, tuples. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Null where the text is not one whole value. */
  readAll(): Value | null {
    const value = this.read(0);
    this.skipBlanks();
    return this.at === this.text.length ? value : null;
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private take(char: string): boolean {
    this.skipBlanks();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    this.skipBlanks();
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }

  private read(depth: number): Value | null {
    if (depth > DEEPEST) return null;
    if (this.take('[')) {
      const list = this.readItems(']', depth);
      return list === null ? null : { kind: 'list', items: list.items };
    }
    if (this.take('(')) return this.readParenthesis(depth);
    if (this.take('{')) return this.readDict(depth);
    const string = this.readString();
    if (string !== null) return { kind: 'str', value: string };
    const word = this.match(WORD)?.[0];
    if (word === undefined) return null;
    return Object.hasOwn(WORDS, word) ? WORDS[word]! : readNumber(word);
  }

  private readString(): string | null {
    const match = this.match(STRING);
    return match === null ? null : unescape(match[1] ?? match[2]!);
  }

  private readParenthesis(depth: number): Value | null {
    const tuple = this.readItems(')', depth);
    if (tuple === null) return null;
    const isGroup = tuple.items.length === 1 && !tuple.endsWithComma;
    return isGroup ? tuple.items[0]! : { kind: 'tuple', items: tuple.items };
  }

  private readItems(
    close: string,
    depth: number
  ): { items: Value[]; endsWithComma: boolean } | null {
    const items: Value[] = [];
    let endsWithComma = false;
    while (!this.take(close)) {
      if (items.length > 0 && !endsWithComma) return null;
      const item = this.read(depth + 1);
      if (item === null) return null;
      items.push(item);
      endsWithComma = this.take(',');
    }
    return { items, endsWithComma };
  }

  private readDict(depth: number): Value | null {
    const entries = new Map<string, Value>();
    let needsComma = false;
    while (!this.take('}')) {
      if (needsComma) return null;
      const key = this.readString();
      if (key === null || !this.take(':')) return null;
      const value = this.read(depth + 1);
      if (value === null) return null;
      entries.set(key, value);
      needsComma = !this.take(',');
    }
    return { kind: 'dict', entries };
  }
}

/** The value that a text in JSON or in Python's literal syntax means; null when it is neither. */
export function readValue(text: string): Value | null {
  return new Reader(text).readAll();
}
