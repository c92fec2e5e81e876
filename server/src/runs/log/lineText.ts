import type { LogLine } from '@chard/core/protocol/api';
import { isPlain, styleAfter, type TextStyle } from '@chard/core/text';
import type { AttemptEntry, LinePiece } from './lines';

/** Longer lines are data: they are shown up to here. */
const SHOWN_CHARACTERS = 10_000;

/** A line that is being put together. */
export class LineText {
  readonly step: string;
  private readonly beginning: Omit<LogLine, 'text' | 'cut'>;
  private whole = '';

  /** `style`: the look that what was said before leaves on. */
  constructor(
    line: number,
    { step, attempt, cell, stream, time }: AttemptEntry,
    private style: TextStyle
  ) {
    this.step = step;
    this.beginning = { line, step, attempt, cell, stream, time };
  }

  /** What follows a carriage return is written over what was there, as progress bars do; the last return of a line moves nothing. */
  add({ text }: LinePiece): void {
    const joined = this.whole + text;
    const start = joined.lastIndexOf('\r', joined.length - 2) + 1;
    // A colour outlives the text that it was set in.
    this.style = styleAfter(this.style, joined.slice(0, start));
    this.whole = start > 0 ? joined.slice(start) : joined;
  }

  /** As a terminal would show it in the end, however long. */
  get text(): string {
    return this.whole.endsWith('\r') ? this.whole.slice(0, -1) : this.whole;
  }

  toLine(): LogLine {
    const { text } = this;
    return {
      ...this.beginning,
      text: text.slice(0, SHOWN_CHARACTERS),
      ...(isPlain(this.style) ? {} : { style: this.style }),
      cut: Math.max(0, text.length - SHOWN_CHARACTERS)
    };
  }
}
