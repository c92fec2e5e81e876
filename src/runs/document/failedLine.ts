import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { Notebook } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import '../../views';

/** The line to mark, counted from 1, and what is said of it; null takes the mark away. */
const setFailed = StateEffect.define<{ line: number; message: string } | null>();

/** One line that is marked as failed. An edit of the cell takes the mark away: the line may be repaired. */
const failedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (effect.is(setFailed))
        next = marksOf(
          effect.value,
          transaction.state.doc.lines,
          at => transaction.state.doc.line(at).from
        );
    }
    return next;
  },
  provide: field => EditorView.decorations.from(field)
});

function marksOf(
  mark: { line: number; message: string } | null,
  lines: number,
  startOf: (line: number) => number
): DecorationSet {
  if (!mark || mark.line < 1 || mark.line > lines) return Decoration.none;
  const attributes = { class: 'jp-chard-failedLine', title: mark.message };
  return Decoration.set([Decoration.line({ attributes }).range(startOf(mark.line))]);
}

export interface FailedLine extends IDisposable {
  readonly disposed: ISignal<FailedLine, void>;
}

/** Marks a line of a cell until it is disposed of or the cell is edited. */
export async function markFailedLine(
  notebook: Notebook,
  index: number,
  line: number,
  message: string
): Promise<FailedLine> {
  const cell = notebook.widgets[index]!;
  await notebook.scrollToItem(index, 'smart');
  await cell.ready;
  const view = cell.editor instanceof CodeMirrorEditor ? cell.editor.editor : null;
  view?.dispatch({
    effects: [
      ...(view.state.field(failedLine, false)
        ? []
        : [StateEffect.appendConfig.of(failedLine as Extension)]),
      setFailed.of({ line, message })
    ]
  });
  return new Mark(() => view?.dispatch({ effects: setFailed.of(null) }));
}

class Mark implements FailedLine {
  private readonly _disposed = new Signal<this, void>(this);
  private isOver = false;

  constructor(private readonly remove: () => void) {}

  get isDisposed(): boolean {
    return this.isOver;
  }

  get disposed(): ISignal<this, void> {
    return this._disposed;
  }

  dispose(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.remove();
    this._disposed.emit();
    Signal.clearData(this);
  }
}
