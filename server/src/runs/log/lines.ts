import { brokenSequence, isPlain, PLAIN_STYLE, styleAfter, type TextStyle } from '@chard/core/text';
import type { LogEntry } from '../logEntries';

/** An entry of a log with the attempt that said it: another attempt does not go on with a line of the one before. */
export interface AttemptEntry extends LogEntry {
  readonly attempt: number | null;
  readonly cell: number | null;
}

/** A stretch of one line. */
export interface LinePiece {
  /** The line's number, from 0. */
  readonly line: number;
  /** Without the line's end. */
  readonly text: string;
  /** The look with which the stretch begins: a colour stays on until the same stream of the same step takes it off. */
  readonly style: TextStyle;
}

/** Where a cutter stands, to go on from later. */
export interface CutterMark {
  readonly next: number;
  readonly open: ReadonlyMap<string, OpenLine>;
  readonly looks: ReadonlyMap<string, Look>;
}

/** The look that a stream of a step has left on. Another attempt is another process, and begins anew. */
interface Look {
  readonly attempt: number | null;
  readonly style: TextStyle;
  /** The beginning of a sequence whose end has not come. */
  readonly broken: string;
}

interface OpenLine {
  readonly line: number;
  readonly attempt: number | null;
}

const BEGINNING: CutterMark = { next: 0, open: new Map(), looks: new Map() };

/**
 * A line that nobody has ended within so many others is over, and what comes is another line. So whoever reads a page
 * of lines knows how far their text can reach.
 */
const PATIENCE_LINES = 200;

/**
 * Cuts the entries of a log into lines, numbered in the order in which they begin. Steps side by side, and the two
 * streams of one, each write lines of their own: one may begin while others are not at their end.
 */
export class LineCutter {
  private open: Map<string, OpenLine>;
  private readonly looks: Map<string, Look>;
  private following: number;

  constructor({ next, open, looks }: CutterMark = BEGINNING) {
    this.following = next;
    this.open = new Map(open);
    this.looks = new Map(looks);
  }

  /** The number of the next line that begins. */
  get next(): number {
    return this.following;
  }

  /** All lines below this number are whole. */
  get settled(): number {
    let lowest = this.following;
    for (const { line } of this.open.values()) {
      if (!this.isOverdue(line)) lowest = Math.min(lowest, line);
    }
    return lowest;
  }

  get mark(): CutterMark {
    return { next: this.following, open: new Map(this.open), looks: new Map(this.looks) };
  }

  /** The pieces of lines that an entry is made of, in order. */
  cut(entry: AttemptEntry): LinePiece[] {
    const pieces: LinePiece[] = [];
    const source = `${entry.step}\0${entry.stream}`;
    let current = this.open.get(source);
    if (current !== undefined && this.hasLeft(current, entry)) {
      this.open.delete(source);
      current = undefined;
    }
    const { text } = entry;
    let { style, broken } = this.lookOf(source, entry);
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start);
      const ends = end >= 0;
      const line = current?.line ?? this.following++;
      const piece = text.slice(start, ends ? end : undefined);
      pieces.push({ line, text: piece, style });
      style = styleAfter(style, broken + piece);
      broken = ends ? '' : brokenSequence(broken + piece);
      current = ends ? undefined : { line, attempt: entry.attempt };
      start = ends ? end + 1 : text.length;
    }
    if (current === undefined) this.open.delete(source);
    else this.open.set(source, current);
    this.keepLook(source, { attempt: entry.attempt, style, broken });
    return pieces;
  }

  private lookOf(source: string, { attempt }: AttemptEntry): Look {
    const look = this.looks.get(source);
    return look?.attempt === attempt ? look : { attempt, style: PLAIN_STYLE, broken: '' };
  }

  private keepLook(source: string, look: Look): void {
    if (isPlain(look.style) && look.broken === '') this.looks.delete(source);
    else this.looks.set(source, look);
  }

  private hasLeft({ line, attempt }: OpenLine, entry: AttemptEntry): boolean {
    return attempt !== entry.attempt || this.isOverdue(line);
  }

  private isOverdue(line: number): boolean {
    return this.following - line > PATIENCE_LINES;
  }
}
