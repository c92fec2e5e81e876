import type { Position, Range } from '../diagnostics';

const LINE_BREAK = /\r\n|\r|\n/g;

/**
 * Where a position stands in a source, as a UTF-16 offset. Any of the three line ends counts as one.
 * Throws a `RangeError` where the source has no such line or column.
 */
export function offsetOf(source: string, { line, column }: Position): number {
  let start = 0;
  LINE_BREAK.lastIndex = 0;
  for (let number = 1; number < line; number++) {
    const found = LINE_BREAK.exec(source);
    if (found === null) throw new RangeError(`The cell has no line ${line}.`);
    start = found.index + found[0].length;
  }
  let offset = start;
  for (let passed = 0; passed < column; passed++) {
    const code = source.codePointAt(offset);
    if (code === undefined || code === 10 || code === 13) {
      throw new RangeError(`Line ${line} of the cell has no column ${column}.`);
    }
    offset += code > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The position of a UTF-16 offset: what `offsetOf` gives the offset of. */
export function positionOf(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split(LINE_BREAK);
  return { line: lines.length, column: [...lines.at(-1)!].length };
}

/** What replaces what in a source: UTF-16 offsets, and the text with the source's own line ends. */
export interface SourceChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Resolves a range of a source; throws a `RangeError` where it is not within. */
export function sourceChange(source: string, range: Range, text: string): SourceChange {
  const newline = source.includes('\r\n') ? '\r\n' : '\n';
  const start = offsetOf(source, range.start);
  const end = offsetOf(source, range.end);
  if (end < start) throw new RangeError('The range ends before it starts.');
  return { start, end, text: text.replace(LINE_BREAK, newline) };
}

/** What replaces the entries `from` to `to` (not included) of a source that is a list. */
export interface ListChange {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** Applies a change to a source that is a list of strings: only the entries that it touches are new. */
export function changeInList(list: readonly string[], change: SourceChange): ListChange {
  let from = 0;
  let before = 0;
  while (from < list.length - 1 && before + list[from]!.length <= change.start) {
    before += list[from]!.length;
    from++;
  }
  let to = from;
  let touched = '';
  while (to < list.length && (to === from || before + touched.length < change.end)) {
    touched += list[to]!;
    to++;
  }
  const head = touched.slice(0, change.start - before) + change.text;
  let changed = head + touched.slice(change.end - before);
  if (to < list.length && !changed.endsWith('\n')) {
    changed += list[to]!;
    to++;
  }
  return { from, to, lines: changed.match(/[^\n]*\n|[^\n]+$/g) ?? [] };
}
