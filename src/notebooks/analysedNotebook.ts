import type { NotebookEdit } from '@chard/core';
import { annotate, readNotebook, type AnnotatedNotebook } from '@chard/core/notebook';
import { buildPipeline, listImportedModules, type LocalModules } from '@chard/core/pipeline';
import type { Analyser } from '@chard/core/python/dataflow';
import { editsToTake, suggestSteps, type Suggestion } from '@chard/core/suggest';
import type { Analysed, CellSnapshot, WorkerRequest } from './messages';

type Request = Extract<WorkerRequest, { type: 'analyse' }>;

/** One notebook in the worker: its cells as last told, and what the analyser remembers of them. */
export class AnalysedNotebook {
  private readonly cells = new Map<string, CellSnapshot>();
  private annotated: AnnotatedNotebook | null = null;
  private modules: LocalModules = new Map();

  constructor(private readonly analyser: Analyser) {}

  /** Takes what changed and gives the pipeline as it is now, with all that is wrong. */
  analyse(request: Request): Omit<Analysed, 'type'> {
    this.receive(request);
    const { notebook: id, revision } = request;
    const parsed = readNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: request.metadata,
      cells: request.order.map(cell => this.cells.get(cell)!)
    });
    this.annotated = parsed.notebook && annotate(parsed.notebook);
    if (!this.annotated) {
      const { diagnostics } = parsed;
      return { notebook: id, revision, imports: [], pipeline: null, diagnostics };
    }
    const { pipeline, diagnostics } = buildPipeline({
      notebook: this.annotated,
      analyser: this.analyser,
      modules: this.modules,
      name: request.name
    });
    return {
      notebook: id,
      revision,
      imports: listImportedModules(this.annotated, this.analyser),
      pipeline,
      diagnostics: [...parsed.diagnostics, ...diagnostics]
    };
  }

  /** What the cells that are nothing yet could be. */
  suggest(): Suggestion[] {
    return this.annotated ? suggestSteps(this.annotated, this.analyser) : [];
  }

  /** The edits that take suggestions. */
  take(suggestions: readonly Suggestion[]): NotebookEdit[] {
    return this.annotated ? editsToTake(this.annotated, suggestions, this.analyser) : [];
  }

  private receive({ order, changed, modules }: Request): void {
    if (modules) this.modules = new Map(modules.map(({ name, ...source }) => [name, source]));
    for (const cell of changed) this.cells.set(cell.id, cell);
    const there = new Set(order);
    for (const id of this.cells.keys()) if (!there.has(id)) this.cells.delete(id);
    const missing = order.find(id => !this.cells.has(id));
    if (missing !== undefined) throw new Error(`The cell ${missing} was never sent.`);
  }
}
