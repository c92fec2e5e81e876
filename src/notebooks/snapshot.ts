import type { JsonObject } from '@chard/core/notebook';
import type { ISharedCell, NotebookChange, CellChange, YNotebook } from '@jupyter/ydoc';
import { Signal, type ISignal } from '@lumino/signaling';
import type { CellSnapshot } from './messages';

export interface SourceDelta {
  readonly metadata: JsonObject;
  readonly order: string[];
  readonly changed: CellSnapshot[];
}

/** What changed: only what cells say in code, or also which cells there are and what they are tagged with. */
export type ChangeKind = 'source' | 'annotation';

interface Watched {
  readonly cell: ISharedCell;
  readonly onChange: (cell: ISharedCell, change: CellChange) => void;
}

/** Follows a notebook's code, tags and metadata, so that a change costs what changed and not the notebook's size. */
export class NotebookSource {
  private readonly watched = new Map<string, Watched>();
  private readonly unsent = new Set<string>();
  private readonly _changed = new Signal<this, ChangeKind>(this);

  constructor(readonly notebook: YNotebook) {
    notebook.changed.connect(this.onNotebookChange, this);
    this.watchCells();
  }

  get changed(): ISignal<this, ChangeKind> {
    return this._changed;
  }

  get metadata(): JsonObject {
    return this.notebook.getMetadata() as JsonObject;
  }

  get cells(): CellSnapshot[] {
    return this.notebook.cells.map(snapshotOf);
  }

  /** All that is new since the last call. */
  takeDelta(): SourceDelta {
    const changed = this.notebook.cells.filter(cell => this.unsent.has(cell.getId()));
    this.unsent.clear();
    return {
      metadata: this.metadata,
      order: this.notebook.cells.map(cell => cell.getId()),
      changed: changed.map(snapshotOf)
    };
  }

  /** Makes the next delta whole: the other side has lost what it had. */
  forgetSent(): void {
    for (const id of this.watched.keys()) this.unsent.add(id);
  }

  dispose(): void {
    this.notebook.changed.disconnect(this.onNotebookChange, this);
    for (const id of [...this.watched.keys()]) this.unwatch(id);
    Signal.clearData(this);
  }

  private onNotebookChange(_: YNotebook, change: NotebookChange): void {
    if (change.cellsChange) this.watchCells();
    if (change.cellsChange || change.metadataChange || change.nbformatChanged) {
      this._changed.emit('annotation');
    }
  }

  private watchCells(): void {
    const there = new Map(this.notebook.cells.map(cell => [cell.getId(), cell]));
    for (const [id, { cell }] of [...this.watched]) {
      if (there.get(id) !== cell) this.unwatch(id);
    }
    for (const [id, cell] of there) if (!this.watched.has(id)) this.watch(id, cell);
  }

  private watch(id: string, cell: ISharedCell): void {
    const onChange = (_: ISharedCell, change: CellChange): void => {
      const annotation = change.metadataChange !== undefined;
      if (!annotation && change.sourceChange === undefined) return;
      this.unsent.add(id);
      this._changed.emit(annotation ? 'annotation' : 'source');
    };
    cell.changed.connect(onChange);
    this.watched.set(id, { cell, onChange });
    this.unsent.add(id);
  }

  private unwatch(id: string): void {
    const { cell, onChange } = this.watched.get(id)!;
    cell.changed.disconnect(onChange);
    this.watched.delete(id);
    this.unsent.delete(id);
  }
}

function snapshotOf(cell: ISharedCell): CellSnapshot {
  return {
    id: cell.getId(),
    cell_type: cell.cell_type as CellSnapshot['cell_type'],
    source: cell.getSource(),
    metadata: cell.getMetadata() as JsonObject
  };
}
