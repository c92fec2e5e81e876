import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ServiceManager } from '@jupyterlab/services';
import type { YNotebook } from '@jupyter/ydoc';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IChardNotebooks, OpenNotebook } from '../tokens';
import type { WorkerAnalysis } from './analysis';
import type { GraphLayout, GraphShape } from './messages';

/** Makes a pipeline of each notebook that opens; the code for it is loaded with the first one. */
export class Notebooks implements IChardNotebooks {
  private readonly open = new Map<NotebookPanel, OpenNotebook>();
  private readonly _currentChanged = new Signal<IChardNotebooks, OpenNotebook | null>(this);
  private readonly _opened = new Signal<IChardNotebooks, OpenNotebook>(this);
  private worker: Promise<WorkerAnalysis> | null = null;
  private last: OpenNotebook | null = null;

  constructor(
    private readonly tracker: INotebookTracker,
    private readonly services: ServiceManager.IManager
  ) {
    tracker.widgetAdded.connect((_, panel) => void this.add(panel));
    tracker.forEach(panel => void this.add(panel));
    tracker.currentChanged.connect(() => this.updateCurrent());
  }

  get current(): OpenNotebook | null {
    const panel = this.tracker.currentWidget;
    return (panel && this.open.get(panel)) ?? null;
  }

  get currentChanged(): ISignal<IChardNotebooks, OpenNotebook | null> {
    return this._currentChanged;
  }

  get opened(): ISignal<IChardNotebooks, OpenNotebook> {
    return this._opened;
  }

  get all(): readonly OpenNotebook[] {
    return [...this.open.values()];
  }

  async layOut(graph: GraphShape): Promise<GraphLayout> {
    return (await this.analysis()).layOut(graph);
  }

  private analysis(): Promise<WorkerAnalysis> {
    this.worker ??= import(/* webpackChunkName: "notebook" */ './analysis').then(
      ({ WorkerAnalysis, startWorker }) => new WorkerAnalysis(startWorker)
    );
    return this.worker;
  }

  private async add(panel: NotebookPanel): Promise<void> {
    const [{ NotebookPipeline }, { followLocalModules }, analysis] = await Promise.all([
      import(/* webpackChunkName: "notebook" */ './notebookPipeline'),
      import(/* webpackChunkName: "notebook" */ './localModules'),
      this.analysis(),
      panel.context.ready
    ]);
    const { model } = panel.content;
    if (panel.isDisposed || !model) return;
    const { context } = panel;
    // JupyterLab's shared notebook is always this class; its interface does not name the undo manager.
    const shared = model.sharedModel as unknown as YNotebook;
    const pipeline = new NotebookPipeline(shared, analysis, nameOf(context.path));
    context.pathChanged.connect(() => (pipeline.name = nameOf(context.path)));
    const opened = { panel, pipeline };
    this.open.set(panel, opened);
    const { serverSettings: settings, contents } = this.services;
    followLocalModules(opened, { settings, contents });
    panel.disposed.connect(() => {
      this.open.delete(panel);
      pipeline.dispose();
      this.updateCurrent();
    });
    this._opened.emit(opened);
    this.updateCurrent();
  }

  private updateCurrent(): void {
    const { current } = this;
    if (current === this.last) return;
    this.last = current;
    this._currentChanged.emit(current);
  }
}

function nameOf(path: string): string {
  const base = PathExt.basename(path, PathExt.extname(path));
  return base === '' ? 'notebook' : base;
}
