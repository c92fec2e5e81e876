/** A stretch of a JSON text, UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member {
  readonly key: string;
  /** From the key's quote to the end of the value. */
  readonly span: Span;
  readonly value: Span;
}

const SPACE = /[ \t\r\n]/;
const STRUCTURE = /["[\]{}]/g;
const SCALAR_END = /[\s,\]}]/g;

/**
 * Finds where values stand in a JSON text without building them, so that one can be changed and all else
 * stays byte for byte. It expects what `JSON.parse` takes (and Python's `NaN`, `Infinity`): on other text
 * it throws a `SyntaxError`.
 */
export class JsonText {
  constructor(readonly text: string) {}

  /** The value that begins at or after `from`. */
  valueAt(from: number): Span {
    const start = this.skipSpace(from);
    return { start, end: this.endOfValue(start) };
  }

  isObject(value: Span): boolean {
    return this.text[value.start] === '{';
  }

  isArray(value: Span): boolean {
    return this.text[value.start] === '[';
  }

  /** The members of an object in their order, double keys included. */
  members(object: Span): Member[] {
    const members: Member[] = [];
    let at = this.skipSpace(object.start + 1);
    while (this.text[at] !== '}') {
      const keyEnd = this.endOfString(at);
      const colon = this.skipSpace(keyEnd);
      if (this.text[colon] !== ':') throw this.unexpected(colon);
      const value = this.valueAt(colon + 1);
      const key: unknown = JSON.parse(this.text.slice(at, keyEnd));
      members.push({ key: String(key), span: { start: at, end: value.end }, value });
      at = this.afterItem(value.end, '}');
    }
    return members;
  }

  /** The member that `JSON.parse` would give: the last one with the key. */
  member(object: Span, key: string): Member | undefined {
    return this.members(object).findLast(member => member.key === key);
  }

  elements(array: Span): Span[] {
    const elements: Span[] = [];
    let at = this.skipSpace(array.start + 1);
    while (this.text[at] !== ']') {
      const value = this.valueAt(at);
      elements.push(value);
      at = this.afterItem(value.end, ']');
    }
    return elements;
  }

  skipSpace(from: number): number {
    let at = from;
    while (at < this.text.length && SPACE.test(this.text[at]!)) at++;
    return at;
  }

  private afterItem(end: number, close: ']' | '}'): number {
    const at = this.skipSpace(end);
    if (this.text[at] === ',') return this.skipSpace(at + 1);
    if (this.text[at] === close) return at;
    throw this.unexpected(at);
  }

  private endOfValue(start: number): number {
    const first = this.text[start];
    if (first === '"') return this.endOfString(start);
    if (first === '{' || first === '[') return this.endOfContainer(start);
    SCALAR_END.lastIndex = start;
    const end = SCALAR_END.exec(this.text)?.index ?? this.text.length;
    if (end === start) throw this.unexpected(start);
    return end;
  }

  private endOfContainer(start: number): number {
    let depth = 0;
    STRUCTURE.lastIndex = start;
    for (;;) {
      const found = STRUCTURE.exec(this.text);
      if (found === null) throw this.unexpected(this.text.length);
      if (found[0] === '"') STRUCTURE.lastIndex = this.endOfString(found.index);
      else if (found[0] === '{' || found[0] === '[') depth++;
      else if (--depth === 0) return found.index + 1;
    }
  }

  private endOfString(start: number): number {
    if (this.text[start] !== '"') throw this.unexpected(start);
    const end = endOfString(this.text, start);
    if (end === null) throw this.unexpected(this.text.length);
    return end;
  }

  private unexpected(offset: number): SyntaxError {
    return new SyntaxError(`The text is not JSON at offset ${offset}.`);
  }
}

/** One past the closing quote of the string that opens at `start`; null where it is not closed. */
export function endOfString(text: string, start: number): number | null {
  let quote = start;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return null;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
}

/** The text with `null` for the numbers that Python writes and JSON does not have: NaN and the infinities. */
export function withoutPythonNumbers(text: string): string {
  const quoteOrNumber = /"|-?\b(?:NaN|Infinity)\b/g;
  const parts: string[] = [];
  let done = 0;
  for (;;) {
    const found = quoteOrNumber.exec(text);
    if (found === null) break;
    if (found[0] === '"') {
      const end = endOfString(text, found.index);
      if (end === null) break;
      quoteOrNumber.lastIndex = end;
    } else {
      parts.push(text.slice(done, found.index), 'null');
      done = found.index + found[0].length;
    }
  }
  return parts.join('') + text.slice(done);
}

/** How a JSON text is laid out, so that what is written into it looks like the rest. */
export interface Layout {
  /** One level of indentation; null where all is on one line. */
  readonly indent: string | null;
  readonly newline: string;
  /** What stands between a key and its value: `: ` or `:`. */
  readonly colon: string;
  /** What stands between items on one line: `, ` or `,`. */
  readonly comma: string;
}

const FIRST_LINE_BREAK = /^\s*[{[](\r\n|\r|\n)([ \t]*)/;

/** Reads the layout off the text; nbformat's own where the text does not show it. */
export function layoutOf(text: string): Layout {
  const broken = FIRST_LINE_BREAK.exec(text);
  const compact = /^\s*\{\s*"(?:[^"\\]|\\.)*":\S/.test(text);
  return {
    indent: broken ? broken[2]! || ' ' : null,
    newline: broken ? broken[1]! : '\n',
    colon: compact ? ':' : ': ',
    comma: compact ? ',' : ', '
  };
}

/** Writes a JSON value in the layout; `margin` is the indentation of the line it stands in. */
export function printJson(value: unknown, layout: Layout, margin: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + (layout.indent ?? '');
  const items = Array.isArray(value)
    ? value.map(item => printJson(item, layout, inner))
    : Object.entries(value).map(
        ([key, item]) => JSON.stringify(key) + layout.colon + printJson(item, layout, inner)
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (items.length === 0) return open + close;
  if (layout.indent === null) return open + items.join(layout.comma) + close;
  const breakLine = layout.newline + inner;
  return open + breakLine + items.join(`,${breakLine}`) + layout.newline + margin + close;
}

const MARGIN = /^[ \t]*/;

/** The indentation of the line in which `offset` stands. */
function marginAt(text: string, offset: number): string {
  const lineStart =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return MARGIN.exec(text.slice(lineStart, offset))![0];
}

function splice(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

/** Replaces the value at `span`. */
export function replaceValue(text: string, span: Span, value: unknown, layout: Layout): string {
  return splice(text, span, printJson(value, layout, marginAt(text, span.start)));
}

/** Appends an item to the array or object at `container`; an object's item has a `key`. */
export function appendItem(
  text: string,
  container: Span,
  items: readonly Span[],
  item: { readonly key: string | null; readonly value: unknown },
  layout: Layout
): string {
  const label = item.key === null ? '' : JSON.stringify(item.key) + layout.colon;
  const last = items.at(-1);
  if (last === undefined) {
    const margin = marginAt(text, container.start);
    const inner = margin + (layout.indent ?? '');
    const [open, close] = [text[container.start]!, text[container.end - 1]!];
    const content = label + printJson(item.value, layout, inner);
    const filled =
      layout.indent === null
        ? open + content + close
        : open + layout.newline + inner + content + layout.newline + margin + close;
    return splice(text, container, filled);
  }
  const before = items.at(-2);
  const gap = text.slice(before ? before.end : container.start + 1, last.start);
  const separator = before ? gap : /[\r\n]/.test(gap) ? `,${gap}` : layout.comma;
  const oneLine = !/[\r\n]/.test(separator);
  const content = printJson(
    item.value,
    oneLine ? { ...layout, indent: null } : layout,
    marginAt(text, last.start)
  );
  return splice(text, { start: last.end, end: last.end }, separator + label + content);
}

/** Removes the item `index` of the array or object at `container`, with the comma that it needs no more. */
export function removeItem(
  text: string,
  container: Span,
  items: readonly Span[],
  index: number
): string {
  const item = items[index]!;
  const next = items[index + 1];
  const previous = items[index - 1];
  if (next) return splice(text, { start: item.start, end: next.start }, '');
  if (previous) return splice(text, { start: previous.end, end: item.end }, '');
  return splice(text, { start: container.start + 1, end: container.end - 1 }, '');
}

const ESCAPE_LENGTH = 2;
const UNICODE_ESCAPE_LENGTH = 6;

/**
 * Where the UTF-16 unit `index` of a string's value stands in the text; `string` includes the quotes. One past
 * the last unit is the closing quote.
 */
export function offsetInString(text: string, string: Span, index: number): number {
  let at = string.start + 1;
  for (let unit = 0; unit < index; unit++) {
    if (at >= string.end - 1) throw new RangeError(`The string has no unit ${index}.`);
    if (text[at] !== '\\') at++;
    else at += text[at + 1] === 'u' ? UNICODE_ESCAPE_LENGTH : ESCAPE_LENGTH;
  }
  return at;
}
