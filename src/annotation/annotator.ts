import { editsToRenameStep } from '@chard/core/notebook';
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { releaseFocus } from '../focus/activate';
import type { IChardStepStatus, OpenNotebook } from '../tokens';
import { CellEditor, type EditorKind } from './editor/cellEditor';
import { EditorPopover } from './editor/popover';
import { Lines, type LinesMode } from './lines';

/** Annotating one notebook: its lines, its cell editor, and what the keys and commands do. */
export class Annotator {
  readonly lines: Lines;
  private popover: EditorPopover | null = null;

  constructor(
    private readonly open: OpenNotebook,
    status: IChardStepStatus,
    private readonly trans: TranslationBundle,
    mode: LinesMode
  ) {
    this.lines = new Lines(open, status, trans, mode, cell => this.editCell(cell));
  }

  /** Opens the editor of the selected cells, below the active one. */
  edit(): void {
    const { activeCell } = this.open.panel.content;
    if (activeCell?.model.type === 'code') this.editAt(activeCell, this.selected());
  }

  /** Makes the selected cells, or those at `indexes`, be of a kind; a step's name can be typed at once. */
  setKind(kind: EditorKind, indexes?: readonly number[]): void {
    const cells = indexes ? this.at(indexes) : this.selected();
    this.editor(cells).setKind(kind);
    if (kind === 'step' && !indexes) this.edit();
  }

  /** Makes the selected cells, or those at `indexes`, belong to the step `name`. */
  setStep(name: string, indexes?: readonly number[]): void {
    this.editor(indexes ? this.at(indexes) : this.selected()).setName(name, 'cells');
  }

  /** Renames a step in all its cells and in all steps that come after it. */
  renameStep(from: string, to: string): void {
    const { pipeline } = this.open;
    pipeline.apply(editsToRenameStep(pipeline.annotated, from, to));
  }

  /** Shows the cell and makes it the active one; with a line, the cursor goes there. */
  goTo(index: number, line?: number): void {
    const { content } = this.open.panel;
    if (index < 0 || index >= content.widgets.length) return;
    releaseFocus();
    content.deselectAll();
    content.activeCellIndex = index;
    content.mode = line === undefined ? 'command' : 'edit';
    content.activate();
    void content.scrollToItem(index, 'smart').then(() => {
      const editor = content.widgets[index]?.editor;
      if (line !== undefined) editor?.setCursorPosition({ line: line - 1, column: 0 });
    });
  }

  private editCell(cell: Cell): void {
    const { content } = this.open.panel;
    const index = content.widgets.indexOf(cell);
    if (content.activeCell !== cell) content.activeCellIndex = index;
    this.editAt(cell, content.isSelectedOrActive(cell) ? this.selected() : [cell]);
  }

  private editAt(cell: Cell, cells: readonly Cell[]): void {
    this.popover?.dispose();
    if (!this.lines.shown) this.lines.toggle(true);
    const { content } = this.open.panel;
    void content.scrollToItem(content.widgets.indexOf(cell), 'auto');
    this.popover = new EditorPopover({
      open: this.open,
      ids: cells.map(each => each.model.id),
      anchor: () => this.lines.nodeOf(cell) ?? cell.inputArea?.node ?? cell.node,
      trans: this.trans,
      onEditStep: step => this.editStep(step)
    });
    this.popover.open();
  }

  private editStep(name: string): void {
    const { content } = this.open.panel;
    const first = this.open.pipeline.annotated.steps.find(step => step.name === name)?.cells[0];
    if (first === undefined) return;
    content.deselectAll();
    content.activeCellIndex = first;
    this.edit();
  }

  private selected(): Cell[] {
    const { content } = this.open.panel;
    return content.widgets.filter(
      cell => content.isSelectedOrActive(cell) && cell.model.type === 'code'
    );
  }

  private at(indexes: readonly number[]): Cell[] {
    return indexes.flatMap(index => this.open.panel.content.widgets[index] ?? []);
  }

  private editor(cells: readonly Cell[]): CellEditor {
    return new CellEditor(
      this.open.pipeline,
      cells.map(cell => cell.model.id)
    );
  }
}
