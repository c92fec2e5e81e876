import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { MessageLoop, type Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import type { PanelLayout } from '@lumino/widgets';
import type { IChardStepStatus, OpenNotebook } from '../tokens';
import { Line } from './line';
import { lineViews, type Bracket, type LineViews } from './lineView';

const SHOWN_CLASS = 'jp-chard-mod-lines';
const BRACKETS: readonly Bracket[] = ['first', 'middle', 'last'];
const SKIPPED_CLASS = 'jp-chard-mod-skipped';
/** Of the code font at the line's size. */
const CHARACTER_WIDTH = 6.9;
const ROOM_STEP = 8;

/** When lines show: in notebooks that are annotated, in all of Python, or not at all. */
export type LinesMode = 'annotated' | 'always' | 'never';

/** Puts a line above each code cell of one notebook and keeps them true. */
export class Lines {
  private readonly lines = new Map<Cell, Line>();
  private readonly awaited = new WeakSet<Cell>();
  private readonly resize: ResizeObserver;
  private views: LineViews | null = null;
  /** Whether the views are of a notebook that has changed since: what runs do changes no view. */
  private stale = true;
  private room = 100;
  private _mode: LinesMode;
  /** What the person chose for this notebook; null: as the settings say. */
  private chosen: boolean | null = null;
  private frame = 0;
  /** Whether something has changed while the notebook was not to be seen. */
  private owed = false;
  private active: Cell | null;

  constructor(
    private readonly open: OpenNotebook,
    private readonly status: IChardStepStatus,
    private readonly trans: TranslationBundle,
    mode: LinesMode,
    private readonly onEdit: (cell: Cell) => void
  ) {
    this._mode = mode;
    const { panel, pipeline } = open;
    pipeline.changed.connect(() => {
      this.stale = true;
      this.schedule();
    });
    status.changed.connect(this.schedule, this);
    panel.content.cellInViewportChanged.connect((_, cell) => this.updateOne(cell));
    panel.content.activeCellChanged.connect(() => this.markActive());
    this.resize = new ResizeObserver(() => this.measure());
    this.resize.observe(panel.content.node);
    this.active = panel.content.activeCell;
    MessageLoop.installMessageHook(panel, this.onMessage);
    panel.disposed.connect(() => this.dispose());
    this.update();
  }

  set mode(mode: LinesMode) {
    this._mode = mode;
    this.update();
  }

  /** Whether lines show in this notebook. */
  get shown(): boolean {
    const { pipeline } = this.open;
    if (!pipeline.isPython) return false;
    if (this.chosen !== null) return this.chosen;
    return this._mode === 'always' || (this._mode === 'annotated' && pipeline.isAnnotated);
  }

  /** Shows or hides the lines of this notebook, whatever the settings say. */
  toggle(shown = !this.shown): void {
    this.chosen = shown;
    this.update();
  }

  /** The node of a cell's line, to put the editor below; null where there is none. */
  nodeOf(cell: Cell): HTMLElement | null {
    return this.shown ? (this.lines.get(cell)?.node ?? null) : null;
  }

  private readonly onMessage = (_: unknown, { type }: Message): boolean => {
    if (type === 'after-show' && this.owed) this.schedule();
    return true;
  };

  /** Many changes within a frame are drawn once; behind a run that goes on, when the notebook is seen again. */
  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.owed = !this.open.panel.isVisible;
      if (!this.owed) this.update();
    });
  }

  private update(): void {
    const { panel, pipeline } = this.open;
    if (panel.isDisposed) return;
    const { shown } = this;
    if (shown) {
      if (this.stale || !this.views) {
        this.views = lineViews(pipeline.annotated, pipeline.findings, this.trans);
        this.stale = false;
      }
      panel.content.widgets.forEach((cell, index) => this.updateCell(cell, index));
    }
    if (panel.content.node.classList.contains(SHOWN_CLASS) !== shown) this.reveal(shown);
  }

  /** Of a thousand cells, only the one that comes into view. */
  private updateOne(cell: Cell): void {
    const index = this.open.panel.content.widgets.indexOf(cell);
    if (this.shown && this.views && index >= 0) this.updateCell(cell, index);
  }

  /** Nothing jumps: the active cell stays where it is on the screen. */
  private reveal(shown: boolean): void {
    const { content } = this.open.panel;
    const anchor = content.activeCell?.node;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    content.node.classList.toggle(SHOWN_CLASS, shown);
    if (!shown) for (const cell of content.widgets) this.unmark(cell);
    if (!anchor?.isConnected || before < content.outerNode.getBoundingClientRect().top) return;
    content.outerNode.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  private updateCell(cell: Cell, index: number): void {
    this.mark(
      cell,
      this.views!.brackets[index] ?? 'none',
      this.views!.lines[index]?.kind === 'skip'
    );
    if (cell.model.type !== 'code') return;
    if (cell.isPlaceholder()) return this.whenReady(cell);
    const view = this.views!.lines[index];
    if (!view) return;
    const line = this.lines.get(cell) ?? this.add(cell);
    const status = view.stateOf === null ? null : this.status.statusOf(this.open, view.stateOf);
    line.render({ view, status, room: this.room });
  }

  /** A cell far from the screen has no content yet. */
  private whenReady(cell: Cell): void {
    if (this.awaited.has(cell)) return;
    this.awaited.add(cell);
    void cell.ready.then(() => this.updateOne(cell));
  }

  private add(cell: Cell): Line {
    const line = new Line(this.trans, () => this.onEdit(cell));
    line.active = cell === this.active;
    // Behind the header that every cell has, before its input.
    (cell.layout as PanelLayout).insertWidget(1, line);
    this.lines.set(cell, line);
    line.disposed.connect(() => this.lines.delete(cell));
    return line;
  }

  private mark(cell: Cell, bracket: Bracket, skipped: boolean): void {
    for (const each of BRACKETS) {
      cell.node.classList.toggle(`jp-chard-mod-bracket-${each}`, each === bracket);
    }
    cell.node.classList.toggle(SKIPPED_CLASS, skipped);
  }

  private unmark(cell: Cell): void {
    this.mark(cell, 'none', false);
  }

  private markActive(): void {
    const before = this.active && this.lines.get(this.active);
    if (before) before.active = false;
    this.active = this.open.panel.content.activeCell;
    const now = this.active && this.lines.get(this.active);
    if (now) now.active = true;
  }

  /** In steps, so that dragging the notebook's edge does not draw every line at every pixel. */
  private measure(): void {
    const width = this.open.panel.content.node.clientWidth - 180;
    const room = Math.floor(width / CHARACTER_WIDTH / ROOM_STEP) * ROOM_STEP;
    if (room === this.room || width <= 0) return;
    this.room = room;
    this.schedule();
  }

  private dispose(): void {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    MessageLoop.removeMessageHook(this.open.panel, this.onMessage);
    this.status.changed.disconnect(this.schedule, this);
    Signal.clearData(this);
    for (const line of [...this.lines.values()]) line.dispose();
  }
}
