import type { Position, Range } from '../diagnostics';

/**
 * A source whose offsets (UTF-16 code units, as JavaScript counts) are turned into places (lines from 1, columns from 0
 * in code points). Line ends are `\n` here: see `normaliseNewlines`.
 */
export class SourceText {
  private readonly lineStarts: number[] = [0];
  /** Whether code units and code points differ somewhere. */
  private readonly hasAstral: boolean;
  /** The line of the last place that was asked for: the next one is mostly in it. */
  private line = 0;
  /** The last places, by their offsets: nested nodes begin and end at the same ones. */
  private lastStart = -1;
  private lastEnd = -1;
  private startPosition: Position = { line: 1, column: 0 };
  private endPosition: Position = { line: 1, column: 0 };

  constructor(readonly text: string) {
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) {
      this.lineStarts.push(end + 1);
    }
    this.hasAstral = /[\ud800-\udbff][\udc00-\udfff]/.test(text);
  }

  get lineCount(): number {
    return this.lineStarts.length;
  }

  slice(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  position(offset: number): Position {
    const line = this.lineOf(Math.min(offset, this.text.length));
    const start = this.lineStarts[line]!;
    const column = this.hasAstral ? codePointLength(this.text, start, offset) : offset - start;
    return { line: line + 1, column };
  }

  /** Places are shared between ranges: they are not to be changed. */
  range(start: number, end: number): Range {
    if (start !== this.lastStart) {
      this.startPosition = this.position(start);
      this.lastStart = start;
    }
    if (end !== this.lastEnd) {
      this.endPosition = this.position(end);
      this.lastEnd = end;
    }
    return { start: this.startPosition, end: this.endPosition };
  }

  private lineOf(offset: number): number {
    const starts = this.lineStarts;
    if (starts[this.line]! > offset || starts[this.line + 1]! <= offset) {
      this.line = lastAtMost(starts, offset);
    }
    return this.line;
  }
}

/** The index of the last of some ascending numbers, of which the first is 0, that is no larger than `value`. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Reads every line end that Python knows (`\r\n`, `\r`) as `\n`; lines and columns stay as they are. */
export function normaliseNewlines(source: string): string {
  return source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
}

function codePointLength(text: string, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; length += 1) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return length;
}
