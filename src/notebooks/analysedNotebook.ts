import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline } from '@chard/core/pipeline';
import type { Analyser } from '@chard/core/python/dataflow';
import type { Analysed, CellSnapshot, WorkerRequest } from './messages';

type Request = Extract<WorkerRequest, { type: 'analyse' }>;

/** One notebook in the worker: its cells as last told, and what the analyser remembers of them. */
export class AnalysedNotebook {
  private readonly cells = new Map<string, CellSnapshot>();

  constructor(private readonly analyser: Analyser) {}

  /** Takes what changed and gives the pipeline as it is now, with all that is wrong. */
  analyse(request: Request): Omit<Analysed, 'type'> {
    this.take(request);
    const { notebook: id, revision } = request;
    const parsed = parseNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: request.metadata,
      cells: request.order.map(cell => this.cells.get(cell)!)
    });
    if (!parsed.notebook) {
      return { notebook: id, revision, pipeline: null, diagnostics: parsed.diagnostics };
    }
    const { pipeline, diagnostics } = buildPipeline({
      notebook: annotate(parsed.notebook),
      analyser: this.analyser,
      modules: new Map(),
      name: request.name
    });
    return {
      notebook: id,
      revision,
      pipeline,
      diagnostics: [...parsed.diagnostics, ...diagnostics]
    };
  }

  private take({ order, changed }: Request): void {
    for (const cell of changed) this.cells.set(cell.id, cell);
    const there = new Set(order);
    for (const id of this.cells.keys()) if (!there.has(id)) this.cells.delete(id);
    const missing = order.find(id => !this.cells.has(id));
    if (missing !== undefined) throw new Error(`The cell ${missing} was never sent.`);
  }
}
