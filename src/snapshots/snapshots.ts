import { listSnapshots, measureSnapshots, type SnapshotItem } from '@chard/core/protocol/api';
import { Signal, type ISignal } from '@lumino/signaling';
import { RunSelection } from '../runs/list/selection';
import type { Runs } from '../runs/runs';

/** How much the snapshots have. */
export interface SnapshotSizes {
  /** Of each alone, by its id. */
  readonly own: Readonly<Record<string, number>>;
  readonly total: number;
}

/** The snapshots of this server, read when something of them is shown and again whenever they may be others. */
export class Snapshots {
  readonly selection = new RunSelection();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _deleted = new Signal<this, string>(this);
  private _all: readonly SnapshotItem[] = [];
  private _loaded = false;
  private _problem: string | null = null;
  private _sizes: SnapshotSizes | null = null;
  private reading: AbortController | null = null;
  private measuring: AbortController | null = null;
  private measured = '';
  private known = '';

  constructor(readonly runs: Runs) {
    // A run takes a snapshot or lets go of one: only then, not with every step of it.
    runs.list.changed.connect(() => {
      const now = runs.list.all.map(({ id, title }) => `${id} ${title ?? ''}`).join();
      if (now === this.known) return;
      this.known = now;
      if (this._loaded) void this.refresh();
    });
  }

  /** When the list or the sizes are others. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The id of one that was deleted from this page. */
  get deleted(): ISignal<this, string> {
    return this._deleted;
  }

  /** Newest first. */
  get all(): readonly SnapshotItem[] {
    return this._all;
  }

  get loaded(): boolean {
    return this._loaded;
  }

  /** Why the list may be old; null while all is well. */
  get problem(): string | null {
    return this._problem;
  }

  /** Null until they are known. */
  get sizes(): SnapshotSizes | null {
    return this._sizes;
  }

  get(id: string): SnapshotItem | undefined {
    return this._all.find(each => each.id === id);
  }

  /** Those of a notebook by its path now; with no path, all. */
  of(notebook: string | null): readonly SnapshotItem[] {
    return notebook === null ? this._all : this._all.filter(each => this.pathOf(each) === notebook);
  }

  /** Where the notebook of a snapshot is now. */
  pathOf({ notebook, createdAt }: SnapshotItem): string | null {
    return notebook === null ? null : this.runs.moves.pathOf({ notebook, createdAt });
  }

  /** Reads the list; then, where it is another, how much each has. */
  async refresh(): Promise<void> {
    this.reading?.abort();
    const end = new AbortController();
    this.reading = end;
    try {
      const input = { params: {}, query: {}, body: {} };
      const { snapshots } = await this.runs.api.ask(listSnapshots, input, end.signal);
      this._all = snapshots;
      this._loaded = true;
      this._problem = null;
      this.selection.keep(new Set(snapshots.map(({ id }) => id)));
    } catch (error) {
      if (end.signal.aborted) return;
      this._problem = (error as Error).message;
    }
    this._changed.emit();
    if (this._problem === null) await this.measure();
  }

  /** Says that one is gone. */
  tellDeleted(id: string): void {
    this._deleted.emit(id);
  }

  private async measure(): Promise<void> {
    const ids = this._all.map(({ id }) => id).join();
    if (ids === this.measured) return;
    this.measuring?.abort();
    const end = new AbortController();
    this.measuring = end;
    try {
      const input = { params: {}, query: {}, body: {} };
      this._sizes = await this.runs.api.work(measureSnapshots, input, { signal: end.signal });
      this.measured = ids;
    } catch (error) {
      if (end.signal.aborted) return;
      // The list itself is right; check says what is damaged.
      this._sizes = null;
      this._problem = (error as Error).message;
    }
    this._changed.emit();
  }
}
