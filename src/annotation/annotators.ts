import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IChardNotebooks, IChardStepStatus, OpenNotebook } from '../tokens';
import type { Annotator } from './annotator';
import type { LinesMode } from './lines';

/** An annotator for each open notebook; the code for it is loaded with the first one. */
export class Annotators {
  private readonly annotators = new Map<OpenNotebook, Annotator>();
  private readonly _changed = new Signal<this, void>(this);
  private _mode: LinesMode = 'annotated';

  constructor(
    readonly notebooks: IChardNotebooks,
    private readonly status: IChardStepStatus,
    private readonly trans: TranslationBundle
  ) {
    notebooks.opened.connect((_, open) => void this.add(open));
    notebooks.all.forEach(open => void this.add(open));
    notebooks.currentChanged.connect(() => this._changed.emit());
  }

  /** When what the commands show may be different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  set mode(mode: LinesMode) {
    this._mode = mode;
    for (const { lines } of this.annotators.values()) lines.mode = mode;
    this._changed.emit();
  }

  /** Of the active notebook; null where there is none or it is not Python. */
  get current(): Annotator | null {
    const { current } = this.notebooks;
    return current?.pipeline.isPython ? (this.annotators.get(current) ?? null) : null;
  }

  private async add(open: OpenNotebook): Promise<void> {
    const { Annotator } = await import(/* webpackChunkName: "notebook" */ './annotator');
    if (open.panel.isDisposed) return;
    this.annotators.set(open, new Annotator(open, this.status, this.trans, this._mode));
    open.pipeline.changed.connect(() => this._changed.emit());
    open.panel.disposed.connect(() => this.annotators.delete(open));
    this._changed.emit();
  }
}
