import { Signal, type ISignal } from '@lumino/signaling';
import { ApiError } from './api';

const WAIT_MS = 3_000;

/** What lists hold: runs, experiments. */
export interface ListItem {
  readonly id: string;
  /** The path of its notebook. */
  readonly notebook: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What the server tells of a list. `reset` comes first: whoever listens reads the list then. */
export type ListChange<Item> =
  | { readonly type: 'reset' }
  | { readonly type: 'changed'; readonly item: Item }
  | { readonly type: 'deleted'; readonly id: string };

export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** Where a list comes from. */
export interface ListSource<Item> {
  page(before: string | null): Promise<ListPage<Item>>;
  changes(signal: AbortSignal): AsyncIterable<ListChange<Item>>;
}

/** The latest of what the server has, kept up to date by its feed; a lost connection is made again. */
export class FeedList<Item extends ListItem> {
  private readonly items = new Map<string, Item>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly end = new AbortController();
  private _problem: Error | null = null;
  private _loaded = false;
  private next: string | null = null;
  /** What was last asked for, until something changes: it is asked for every step of a notebook. */
  private sorted: readonly Item[] | null = null;
  private readonly byNotebook = new Map<string, readonly Item[]>();

  constructor(private readonly source: ListSource<Item>) {
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
    return this._problem?.message ?? null;
  }

  /** Its code where the server or the way to it has one. */
  get problemCode(): string | null {
    return this._problem instanceof ApiError ? this._problem.code : null;
  }

  /** Newest first. */
  get all(): readonly Item[] {
    this.sorted ??= [...this.items.values()].sort((one, other) => this.compare(one, other));
    return this.sorted;
  }

  /** Those of a notebook by its path, newest first. */
  of(notebook: string): readonly Item[] {
    let found = this.byNotebook.get(notebook);
    if (!found) {
      found = this.all.filter(item => this.notebookOf(item) === notebook);
      this.byNotebook.set(notebook, found);
    }
    return found;
  }

  get(id: string): Item | undefined {
    return this.items.get(id);
  }

  /** Whether the server has older ones that are not in the list yet. */
  get hasMore(): boolean {
    return this.next !== null;
  }

  /** Takes older ones into the list. */
  async loadMore(): Promise<void> {
    if (this.next === null) return;
    const { items, next } = await this.source.page(this.next);
    for (const item of items) if (!this.items.has(item.id)) this.items.set(item.id, item);
    this.next = next;
    this.tell();
  }

  /** One that was just started or changed here: shown before the feed tells of it. */
  add(item: Item): void {
    if (this.take(item)) this.tell();
  }

  /** One that was just deleted here. */
  remove(id: string): void {
    this.items.delete(id);
    this.tell();
  }

  dispose(): void {
    this.end.abort();
    Signal.clearData(this);
  }

  /** What is new of an item; false where that changes nothing of what this can be asked. */
  protected take(item: Item): boolean {
    this.items.set(item.id, item);
    return true;
  }

  protected tell(): void {
    this.sorted = null;
    this.byNotebook.clear();
    this._changed.emit();
  }

  /** The path by which an item is asked for. */
  protected notebookOf(item: Item): string {
    return item.notebook;
  }

  protected compare(one: Item, other: Item): number {
    return other.createdAt - one.createdAt;
  }

  private async follow(): Promise<void> {
    while (!this.end.signal.aborted) {
      try {
        for await (const change of this.source.changes(this.end.signal)) {
          if (change.type === 'reset') await this.read();
          else if (change.type === 'deleted') this.items.delete(change.id);
          else if (!this.take(change.item)) continue;
          this._problem = null;
          this.tell();
        }
      } catch (error) {
        if (this.end.signal.aborted) return;
        this._problem = error instanceof Error ? error : new Error(String(error));
        this.tell();
      }
      await new Promise(resolve => setTimeout(resolve, WAIT_MS));
    }
  }

  private async read(): Promise<void> {
    const { items, next } = await this.source.page(null);
    this.items.clear();
    for (const item of items) this.items.set(item.id, item);
    this.next = next;
    this._loaded = true;
  }
}
