import type { NotebookEdit } from '@chard/core';
import {
  applyEditToCell,
  setPath,
  sourceChange,
  type Json,
  type JsonObject
} from '@chard/core/notebook';
import type { ISharedCell, YNotebook } from '@jupyter/ydoc';

/** Several edits that are one step for the notebook's undo, for example the letters typed into one field. */
export class EditSession {
  private last: unknown = null;

  /** Does `change`; undo takes it back together with what the session did before, unless another edit came between. */
  run(notebook: YNotebook, change: () => void): void {
    const { undoManager } = notebook;
    const continues = this.last !== null && undoManager.undoStack.at(-1) === this.last;
    const timeout = undoManager.captureTimeout;
    if (continues) {
      // Yjs adds to its last step while that is younger than the timeout; zero means that it is closed.
      undoManager.lastChange = 1;
      undoManager.captureTimeout = Infinity;
    } else undoManager.stopCapturing();
    try {
      change();
    } finally {
      undoManager.captureTimeout = timeout;
    }
    this.last = undoManager.undoStack.at(-1) ?? null;
    undoManager.stopCapturing();
  }
}

/**
 * Applies edits to a notebook that is open, as one step for its undo; tags and metadata that the edits do not name stay as
 * they are. Throws a `RangeError` for a cell, line or column that the notebook does not have.
 */
export function applyToShared(
  notebook: YNotebook,
  edits: readonly NotebookEdit[],
  session: EditSession = new EditSession()
): void {
  if (edits.length === 0) return;
  const undo = MetadataUndo.of(notebook);
  session.run(notebook, () =>
    undo.including(() => {
      notebook.transact(() => edits.forEach(edit => applyEdit(notebook, edit)));
    })
  );
}

/**
 * The notebook's own metadata are not among what JupyterLab undoes. What Chard writes there is, and only that: JupyterLab writes there
 * by itself, such as the language when a kernel has started.
 */
class MetadataUndo {
  private static readonly known = new WeakMap<YNotebook, MetadataUndo>();
  /** Whether Chard writes at this moment. */
  private isWriting = false;

  private constructor({ undoManager, ymeta }: YNotebook) {
    undoManager.addToScope(ymeta);
    const { captureTransaction } = undoManager;
    undoManager.captureTransaction = transaction => {
      // Undoing is a transaction, too: it is what can be redone.
      const isOurs = this.isWriting || transaction.origin === undoManager;
      const others = undoManager.scope.filter(type => type !== ymeta);
      const isOfCells = others.some(type => transaction.changedParentTypes.has(type as never));
      return captureTransaction(transaction) && (isOurs || isOfCells);
    };
  }

  static of(notebook: YNotebook): MetadataUndo {
    const undo = MetadataUndo.known.get(notebook) ?? new MetadataUndo(notebook);
    MetadataUndo.known.set(notebook, undo);
    return undo;
  }

  /** What `write` does to the metadata can be undone. */
  including(write: () => void): void {
    this.isWriting = true;
    try {
      write();
    } finally {
      this.isWriting = false;
    }
  }
}

function applyEdit(notebook: YNotebook, edit: NotebookEdit): void {
  if (edit.kind === 'set-metadata' && edit.cell === null) {
    const old = notebook.getMetadata() as JsonObject;
    writeKey(notebook, edit.path[0]!, setPath(old, edit.path, edit.value));
    return;
  }
  const cell = notebook.cells[edit.cell ?? -1];
  if (!cell) throw new RangeError(`The notebook has no cell ${edit.cell}.`);
  if (edit.kind === 'replace-source') {
    const { start, end, text } = sourceChange(cell.getSource(), edit.range, edit.text);
    cell.updateSource(start, end, text);
    return;
  }
  const metadata = cell.getMetadata() as JsonObject;
  const changed = applyEditToCell({ metadata }, edit).metadata as JsonObject;
  writeKey(cell, edit.kind === 'set-metadata' ? edit.path[0]! : 'tags', changed);
}

/** Writes one key and leaves all others alone, so that two people's edits merge. */
function writeKey(target: YNotebook | ISharedCell, key: string, metadata: JsonObject): void {
  const value: Json | undefined = metadata[key];
  if (value === undefined) target.deleteMetadata(key);
  else target.setMetadata(key, value);
}
