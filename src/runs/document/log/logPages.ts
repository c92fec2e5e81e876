import type { LogGrowth, LogLine } from '@chard/core/protocol/api';

/** Lines asked for at once. */
export const PAGE = 500;
/** Pages kept: some twenty thousand lines, whatever the log's length. */
const MOST_PAGES = 40;

/**
 * The part of a log that was read, by line number. A line may still be written when it comes: it is replaced when it comes
 * again.
 */
export class LogPages {
  private readonly pages = new Map<number, (LogLine | undefined)[]>();
  private _total = 0;

  /** Lines there are, read or not. */
  get total(): number {
    return this._total;
  }

  line(number: number): LogLine | undefined {
    return this.pages.get(Math.floor(number / PAGE))?.[number % PAGE];
  }

  /** Takes what a stream of growth or a page holds. */
  take({ total, lines }: Pick<LogGrowth, 'total' | 'lines'>): void {
    // Answers overtake each other; a log never gets shorter.
    this._total = Math.max(this._total, total);
    for (const line of lines) this.pageOf(line.line)[line.line % PAGE] = line;
    this.forget();
  }

  /** The first lines of pages that hold anything unread between two lines. */
  missing(from: number, to: number): number[] {
    const starts: number[] = [];
    for (let start = from - (from % PAGE); start < to; start += PAGE) {
      const page = this.pages.get(start / PAGE);
      const first = Math.max(from, start);
      const last = Math.min(to, start + PAGE, this._total);
      for (let number = first; number < last; number++) {
        if (page?.[number - start] !== undefined) continue;
        starts.push(start);
        break;
      }
    }
    return starts;
  }

  private pageOf(number: number): (LogLine | undefined)[] {
    const key = Math.floor(number / PAGE);
    const page = this.pages.get(key) ?? [];
    // The page that was used last is the last to be forgotten.
    this.pages.delete(key);
    this.pages.set(key, page);
    return page;
  }

  private forget(): void {
    for (const key of this.pages.keys()) {
      if (this.pages.size <= MOST_PAGES) return;
      this.pages.delete(key);
    }
  }
}
