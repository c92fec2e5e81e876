import type { Diagnostic, Fix, NotebookEdit } from '@chard/core';
import { annotate, readNotebook, type AnnotatedNotebook } from '@chard/core/notebook';
import type { Pipeline } from '@chard/core/pipeline';
import type { ModuleSource } from '@chard/core/protocol/api';
import type { Suggestion } from '@chard/core/suggest';
import type { YNotebook } from '@jupyter/ydoc';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Analysis } from './analysis';
import { applyToShared, type EditSession } from './edits';
import type { Analysed } from './messages';
import { NotebookSource, type ChangeKind } from './snapshot';

export interface PipelineFindings {
  readonly pipeline: Pipeline | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * An open notebook as a pipeline. What cells are tagged is known at once (`annotated`); what the code says is found off
 * the main thread and comes a moment later (`findings`).
 */
export class NotebookPipeline {
  private readonly source: NotebookSource;
  private readonly number: number;
  private readonly _changed = new Signal<this, void>(this);
  private _annotated: AnnotatedNotebook | null = null;
  private _findings: PipelineFindings | null = null;
  private _failure: string | null = null;
  private _imports: readonly string[] = [];
  private modules: readonly ModuleSource[] | null = null;
  private modulesAreSent = true;
  private asksWithModules = false;
  private _knowsModules = false;
  private revision = 0;
  private analysedRevision = -1;
  private asked = -1;
  private scheduled = false;
  private disposed = false;
  /** Most notebooks are no pipelines: the analysis is loaded for those that are, or when somebody asks for findings. */
  private wanted = false;

  /** `name`: of the pipeline where the notebook gives none. */
  constructor(
    readonly notebook: YNotebook,
    private readonly analysis: Analysis,
    private _name: string
  ) {
    this.source = new NotebookSource(notebook);
    this.source.changed.connect(this.onChange, this);
    this.number = analysis.open({
      analysed: result => this.take(result),
      failed: message => this.fail(message)
    });
    this.schedule();
  }

  /** After every change of `annotated`, `findings` or `failure`. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get name(): string {
    return this._name;
  }

  set name(name: string) {
    if (name === this._name) return;
    this._name = name;
    this.onChange(this.source, 'annotation');
  }

  /** What the cells and the notebook say now; edits are made from it. */
  get annotated(): AnnotatedNotebook {
    this._annotated ??= annotate(this.parse());
    return this._annotated;
  }

  /** Of the last analysis; null before the first. */
  get findings(): PipelineFindings | null {
    return this._findings;
  }

  /** Why there are no findings: something in Chard broke. */
  get failure(): string | null {
    return this._failure;
  }

  /** Dotted names that the code imports, as last analysed: each may be a module beside the notebook. */
  get imports(): readonly string[] {
    return this._imports;
  }

  /** Whether the findings are made with the modules beside the notebook, as a run's are. */
  get knowsModules(): boolean {
    return this._knowsModules;
  }

  /** Tells the modules beside the notebook, as they are now. */
  setModules(modules: readonly ModuleSource[]): void {
    if (JSON.stringify(modules) === JSON.stringify(this.modules)) return;
    this.modules = modules;
    this.modulesAreSent = false;
    this.revision++;
    this.schedule();
  }

  /** Whether the findings are those of the notebook as it is now. */
  get isCurrent(): boolean {
    return this.analysedRevision === this.revision;
  }

  get isPython(): boolean {
    return this.annotated.notebook.language === 'python';
  }

  /** Whether any cell says what it is in a pipeline. */
  get isAnnotated(): boolean {
    return this.annotated.cells.some(
      ({ annotation }) => annotation.role !== null || annotation.skip
    );
  }

  /** Applies edits made from `annotated` as one step for the notebook's undo. */
  apply(edits: readonly NotebookEdit[], session?: EditSession): void {
    applyToShared(this.notebook, edits, session);
  }

  /** Takes a fix of a diagnostic; false where the notebook is no longer the one that it was made for. */
  applyFix(fix: Fix): boolean {
    if (!this.isCurrent) return false;
    this.apply(fix.edits);
    return true;
  }

  /** What the cells that are nothing yet could be. */
  async suggest(): Promise<Suggestion[]> {
    await this.untilCurrent();
    return this.analysis.suggest(this.number);
  }

  /**
   * Takes suggestions as one step of undo; false where the notebook has changed since they were made, so that they may be
   * of other cells.
   */
  async takeSuggestions(suggestions: readonly Suggestion[]): Promise<boolean> {
    const { revision } = this;
    const edits = await this.analysis.take(this.number, suggestions);
    if (revision !== this.revision) return false;
    this.apply(edits);
    return true;
  }

  /** Resolves once the findings are those of the notebook as it is, or cannot be had. */
  untilCurrent(): Promise<void> {
    this.wanted = true;
    this.schedule();
    return new Promise(resolve => {
      const look = (): void => {
        if (!this.disposed && !this.isCurrent) return;
        this._changed.disconnect(look);
        resolve();
      };
      this._changed.connect(look);
      look();
    });
  }

  /** Asks again after a failure. */
  retry(): void {
    this.forgetSent();
    this._failure = null;
    this.revision++;
    this.schedule();
    this._changed.emit();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this._changed.emit();
    this.source.dispose();
    this.analysis.close(this.number);
    Signal.clearData(this);
  }

  /** The other side has lost what it had. */
  private forgetSent(): void {
    this.source.forgetSent();
    this.modulesAreSent = this.modules === null;
  }

  private parse() {
    const { notebook, diagnostics } = readNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: this.source.metadata,
      cells: this.source.cells
    });
    if (!notebook) throw new Error(diagnostics[0]?.message ?? 'The notebook cannot be read.');
    return notebook;
  }

  private onChange(_: NotebookSource, kind: ChangeKind): void {
    this.revision++;
    if (kind === 'annotation') this._annotated = null;
    this.schedule();
    if (kind === 'annotation') this._changed.emit();
  }

  /**
   * One analysis at a time: what changes meanwhile is taken together in the next one. It is asked for at the end of what is going
   * on now, which takes a burst of changes together and does not wait until a key is drawn: meanwhile the worker is at work.
   */
  private schedule(): void {
    this.wanted ||= this.isPython && this.isAnnotated;
    if (!this.wanted || this.isCurrent || this.disposed) return;
    if (this.scheduled || this.asked > this.analysedRevision) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (!this.disposed) this.ask();
    });
  }

  private ask(): void {
    this.asked = this.revision;
    const modules = this.modulesAreSent ? null : [...this.modules!];
    this.modulesAreSent = true;
    this.asksWithModules = this.modules !== null;
    this.analysis.analyse({
      type: 'analyse',
      notebook: this.number,
      revision: this.revision,
      name: this._name,
      ...this.source.takeDelta(),
      modules
    });
  }

  private take({ revision, imports, pipeline, diagnostics }: Analysed): void {
    this.analysedRevision = revision;
    this._failure = null;
    this._imports = imports;
    this._knowsModules = this.asksWithModules;
    this._findings = { pipeline, diagnostics };
    if (!this.isCurrent) this.schedule();
    this._changed.emit();
  }

  private fail(message: string): void {
    this.analysedRevision = this.asked;
    this.forgetSent();
    this._failure = message;
    this._changed.emit();
  }
}
