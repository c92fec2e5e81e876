import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogLine, LogStream } from '@chard/core/protocol/api';
import type { RunEvent } from '@chard/core/run';
import type { RunStore } from '../../stores';
import { logEntry } from '../logEntries';
import { LineText } from './lineText';
import { LineCutter, type AttemptEntry, type CutterMark, type LinePiece } from './lines';

/** Which part of a run's log. */
export interface LogSelection {
  readonly step: string | undefined;
  /** Undefined for all. */
  readonly streams: readonly LogStream[] | undefined;
}

/** An entry, cut. */
export interface CutEntry {
  readonly entry: AttemptEntry;
  readonly pieces: readonly LinePiece[];
  /** Where the cutter stands after the entry. */
  readonly next: number;
  readonly settled: number;
}

interface Mark extends CutterMark {
  /** The last event before the mark. */
  readonly seq: number;
}

/** An event holds up to 64 KiB of text: so many at once are a few megabytes, and a few milliseconds. */
const EVENTS_AT_ONCE = 64;
const LINES_BETWEEN_MARKS = 256;

/**
 * Knows where in the event log each line of a part of it begins, so that a page of a million lines is read without
 * reading the rest. It keeps a mark every few hundred lines, and no text.
 */
export class LogIndex {
  private readonly cutter = new LineCutter();
  private readonly marks: Mark[] = [{ seq: 0, ...this.cutter.mark }];
  private seq = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly runs: RunStore,
    private readonly run: string,
    private readonly selection: LogSelection
  ) {}

  /** Lines that were there when `catchUp` returned. */
  get total(): number {
    return this.cutter.next;
  }

  /** All lines below this number are whole. */
  get settled(): number {
    return this.cutter.settled;
  }

  /** Looks at what the log has got since the last time. @throws the store's ChardError, `run-unknown`. */
  catchUp(): Promise<void> {
    // One after the other: two at once would count the same lines twice.
    const before = this.reading.catch(() => undefined);
    this.reading = before.then(() => this.readOn());
    return this.reading;
  }

  /** The lines from `from` on, at most `limit`. */
  async page(from: number, limit: number): Promise<LogLine[]> {
    const to = Math.min(from + limit, this.total);
    const lines = new Map<number, LineText>();
    if (from >= to) return [];
    for await (const { entry, pieces, next, settled } of this.entries(from)) {
      for (const piece of pieces) {
        if (piece.line < from || piece.line >= to) continue;
        const line = lines.get(piece.line) ?? new LineText(piece.line, entry, piece.style);
        lines.set(piece.line, line);
        line.add(piece);
      }
      if (next >= to && settled >= to) break;
    }
    return [...lines.values()].map(line => line.toLine());
  }

  /** The lines from `from` on, in order, each once it is whole; in the end also those that are still being written. */
  async *lines(from: number): AsyncGenerator<LineText> {
    const open = new Map<number, LineText>();
    for await (const { entry, pieces, settled } of this.entries(from)) {
      for (const piece of pieces) {
        if (piece.line < from) continue;
        const line = open.get(piece.line) ?? new LineText(piece.line, entry, piece.style);
        open.set(piece.line, line);
        line.add(piece);
      }
      // In the order in which they began, which is that of their numbers.
      for (const [number, line] of open) {
        if (number >= settled) break;
        open.delete(number);
        yield line;
      }
    }
    yield* open.values();
  }

  /** The entries from the one on in which line `from`, or one a little before it, begins. */
  private async *entries(from: number): AsyncGenerator<CutEntry> {
    const mark = this.markBefore(from);
    const cutter = new LineCutter(mark);
    for await (const { entry } of this.selected(mark.seq)) {
      const pieces = cutter.cut(entry);
      yield { entry, pieces, next: cutter.next, settled: cutter.settled };
    }
  }

  private async readOn(): Promise<void> {
    for await (const { seq, entry } of this.selected(this.seq)) {
      this.cutter.cut(entry);
      this.seq = seq;
      const last = this.marks.at(-1);
      if (last === undefined || this.cutter.next - last.next >= LINES_BETWEEN_MARKS) {
        this.marks.push({ seq, ...this.cutter.mark });
      }
    }
  }

  private async *selected(after: number): AsyncGenerator<{ seq: number; entry: AttemptEntry }> {
    const { step, streams } = this.selection;
    let last = after;
    for (;;) {
      const events = this.runs.read(this.run, {
        after: last,
        limit: EVENTS_AT_ONCE,
        ...(step !== undefined && { step })
      });
      for (const event of events) {
        last = event.seq;
        const entry = attemptEntry(event);
        if (entry === null || streams?.includes(entry.stream) === false) continue;
        yield { seq: event.seq, entry };
      }
      if (events.length < EVENTS_AT_ONCE) return;
      // Runs are executed in this process too: they get their turn.
      await nextTurn();
    }
  }

  /** The last mark before which line `from` has not begun. */
  private markBefore(from: number): Mark {
    let low = 0;
    let high = this.marks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.marks[middle] as Mark).next <= from) low = middle;
      else high = middle - 1;
    }
    return this.marks[low] as Mark;
  }
}

function attemptEntry(event: RunEvent): AttemptEntry | null {
  const entry = logEntry(event);
  if (entry === null) return null;
  return {
    ...entry,
    attempt: 'attempt' in event ? event.attempt : null,
    cell: 'cell' in event ? event.cell : null
  };
}
