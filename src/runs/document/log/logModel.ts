import {
  followLog,
  readLog,
  searchLog,
  type LogLine,
  type LogMatch
} from '@chard/core/protocol/api';
import { Signal, type ISignal } from '@lumino/signaling';
import type { ChardApi } from '../../api';
import { LogPages, PAGE } from './logPages';

/** Lines that the server sends along when the log grows: more than a screen holds. */
const TAIL = 200;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** So many matches are gone through one by one; whoever has more of them looks for something else. */
const MOST_MATCHES = 5000;
const MATCHES_AT_ONCE = 500;

export interface Found {
  readonly text: string;
  readonly matches: readonly LogMatch[];
  /** False where there are more than are gone through. */
  readonly isAll: boolean;
}

/**
 * The log of a step: as many lines as are looked at, the rest by number. It follows the log's growth until that is complete,
 * makes a lost connection again, and reads what is asked for.
 */
export class LogModel {
  private readonly pages = new LogPages();
  private readonly _changed = new Signal<this, void>(this);
  private readonly end = new AbortController();
  private readonly asked = new Set<number>();
  private _problem: string | null = null;
  private _complete = false;
  private _loaded = false;
  private searching: AbortController | null = null;

  constructor(
    private readonly api: ChardApi,
    private readonly run: string,
    private readonly step: string
  ) {
    void this.follow();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get total(): number {
    return this.pages.total;
  }

  /** Whether anything is known of the log. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Whether no more lines can come. */
  get complete(): boolean {
    return this._complete;
  }

  /** Why what is shown may be old; null while all is well. */
  get problem(): string | null {
    return this._problem;
  }

  line(number: number): LogLine | undefined {
    return this.pages.line(number);
  }

  /** Reads what is not there yet of some lines. */
  need(from: number, to: number): void {
    for (const start of this.pages.missing(from, to)) void this.read(start);
  }

  /** Looks through the whole log; null where another search has begun meanwhile. */
  async search(text: string, matchCase: boolean): Promise<Found | null> {
    this.searching?.abort();
    if (text === '') return null;
    const searching = new AbortController();
    this.searching = searching;
    const matches: LogMatch[] = [];
    let from: number | null = 0;
    while (from !== null && matches.length < MOST_MATCHES) {
      const query = { step: this.step, text, matchCase, from, limit: MATCHES_AT_ONCE };
      const input = { params: { run: this.run }, query, body: {} };
      const found: { matches: LogMatch[]; next: number | null } = await this.api.ask(
        searchLog,
        input
      );
      if (searching.signal.aborted || this.end.signal.aborted) return null;
      matches.push(...found.matches);
      from = found.next;
    }
    return { text, matches, isAll: from === null };
  }

  dispose(): void {
    this.end.abort();
    this.searching?.abort();
    Signal.clearData(this);
  }

  private async read(start: number): Promise<void> {
    if (this.asked.has(start)) return;
    this.asked.add(start);
    try {
      const query = { step: this.step, from: start, limit: PAGE };
      this.pages.take(
        await this.api.ask(readLog, { params: { run: this.run }, query, body: {} }, this.end.signal)
      );
      this._problem = null;
    } catch (error) {
      if (this.end.signal.aborted) return;
      this._problem = messageOf(error);
    } finally {
      this.asked.delete(start);
    }
    this._changed.emit();
  }

  private async follow(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    const input = { params: { run: this.run }, query: { step: this.step, tail: TAIL } };
    while (!this.end.signal.aborted && !this._complete) {
      try {
        for await (const growth of this.api.follow(followLog, input, this.end.signal)) {
          this.pages.take(growth);
          this._complete = growth.complete;
          this._loaded = true;
          this._problem = null;
          wait = FIRST_WAIT_MS;
          this._changed.emit();
        }
      } catch (error) {
        if (this.end.signal.aborted) return;
        this._problem = messageOf(error);
        this._changed.emit();
      }
      if (this._complete) return;
      await pause(wait, this.end.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
  });
}
