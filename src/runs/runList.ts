import { followRuns, listRuns, type RunItem } from '@chard/core/protocol/api';
import { Signal, type ISignal } from '@lumino/signaling';
import type { ChardApi } from './api';

const WAIT_MS = 3_000;
const PAGE = 200;

/** The latest runs, kept up to date by the server's feed; a lost connection is made again. */
export class RunList {
  private readonly runs = new Map<string, RunItem>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly end = new AbortController();
  private _problem: string | null = null;
  private _loaded = false;
  private next: string | null = null;
  private sorted: readonly RunItem[] | null = null;
  /** Asked for every step at every change of a run. */
  private readonly byNotebook = new Map<string, readonly RunItem[]>();

  /** `pathOf`: where the notebook of a run is now. */
  constructor(
    private readonly api: ChardApi,
    private readonly pathOf: (run: RunItem) => string
  ) {
    void this.follow();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get loaded(): boolean {
    return this._loaded;
  }

  /** Why the list may be old; null while all is well. */
  get problem(): string | null {
    return this._problem;
  }

  /** Newest first. */
  get all(): readonly RunItem[] {
    this.sorted ??= [...this.runs.values()].sort(
      (a, b) => b.createdAt - a.createdAt || b.number - a.number
    );
    return this.sorted;
  }

  /** Those of a notebook by its path, newest first. */
  of(notebook: string): readonly RunItem[] {
    let found = this.byNotebook.get(notebook);
    if (!found) {
      found = this.all.filter(run => this.pathOf(run) === notebook);
      this.byNotebook.set(notebook, found);
    }
    return found;
  }

  /** After a change of what `pathOf` says. */
  pathsChanged(): void {
    this.tell();
  }

  get(id: string): RunItem | undefined {
    return this.runs.get(id);
  }

  /** Whether the server has older ones that are not in the list yet. */
  get hasMore(): boolean {
    return this.next !== null;
  }

  /** Takes older runs into the list. */
  async loadMore(): Promise<void> {
    if (this.next === null) return;
    const { runs, next } = await this.ask(this.next);
    for (const run of runs) if (!this.runs.has(run.id)) this.runs.set(run.id, run);
    this.next = next;
    this.tell();
  }

  /** A run that was just started here: shown before the feed tells of it. */
  add(run: RunItem): void {
    this.runs.set(run.id, run);
    this.tell();
  }

  /** A run that was just deleted here. */
  remove(id: string): void {
    this.runs.delete(id);
    this.tell();
  }

  private tell(): void {
    this.sorted = null;
    this.byNotebook.clear();
    this._changed.emit();
  }

  private async follow(): Promise<void> {
    while (!this.end.signal.aborted) {
      try {
        for await (const change of this.api.follow(
          followRuns,
          { params: {}, query: {} },
          this.end.signal
        )) {
          if (change.type === 'reset') await this.read();
          else if (change.type === 'changed') this.runs.set(change.run.id, change.run);
          else this.runs.delete(change.id);
          this._problem = null;
          this.tell();
        }
      } catch (error) {
        this._problem = error instanceof Error ? error.message : String(error);
        this.tell();
      }
      await new Promise(resolve => setTimeout(resolve, WAIT_MS));
    }
  }

  private async read(): Promise<void> {
    const { runs, next } = await this.ask();
    this.runs.clear();
    for (const run of runs) this.runs.set(run.id, run);
    this.next = next;
    this._loaded = true;
  }

  private ask(before?: string) {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    return this.api.ask(listRuns, { params: {}, query, body: {} });
  }
}
