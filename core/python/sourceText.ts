import type { Position, Range } from '../diagnostics';

/**
 * A source whose offsets (UTF-16 code units, as JavaScript counts) are turned into places (lines from 1, columns from 0
 * in code points). Line ends are `\n` here: see `normaliseNewlines`.
 */
export class SourceText {
  private readonly lineOfOffset: Uint32Array;
  private readonly lineStarts: number[] = [0];
  /** Lines where code units and code points differ; null when there are none. */
  private readonly astralLines: Set<number> | null;

  constructor(readonly text: string) {
    const lines = new Uint32Array(text.length + 1);
    let start = 0;
    let line = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      lines.fill(line, start, end + 1);
      start = end + 1;
      line += 1;
      this.lineStarts.push(start);
    }
    lines.fill(line, start, text.length + 1);
    this.lineOfOffset = lines;
    this.astralLines = findAstralLines(text, lines);
  }

  get lineCount(): number {
    return this.lineStarts.length;
  }

  slice(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  position(offset: number): Position {
    const line = this.lineOfOffset[Math.min(offset, this.text.length)]!;
    const start = this.lineStarts[line]!;
    const column =
      this.astralLines?.has(line) === true
        ? codePointLength(this.text, start, offset)
        : offset - start;
    return { line: line + 1, column };
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }
}

/** Reads every line end that Python knows (`\r\n`, `\r`) as `\n`; lines and columns stay as they are. */
export function normaliseNewlines(source: string): string {
  return source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
}

function findAstralLines(text: string, lines: Uint32Array): Set<number> | null {
  const found = new Set<number>();
  for (const match of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g))
    found.add(lines[match.index]!);
  return found.size > 0 ? found : null;
}

function codePointLength(text: string, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; length += 1) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return length;
}
