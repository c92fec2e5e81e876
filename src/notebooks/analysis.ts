import type { NotebookEdit } from '@chard/core';
import type { Suggestion } from '@chard/core/suggest';
import type {
  Analysed,
  Answer,
  GraphLayout,
  GraphShape,
  WorkerReply,
  WorkerRequest
} from './messages';

/** What a notebook asks the analysis for; the only thing that knows of the worker. */
export interface Analysis {
  /** Gives the notebook a number of its own; `onReply` hears of every analysis of it. */
  open(listener: AnalysisListener): number;
  analyse(request: Extract<WorkerRequest, { type: 'analyse' }>): void;
  close(notebook: number): void;
  layOut(graph: GraphShape): Promise<GraphLayout>;
  /** What the cells that are nothing yet could be, of the notebook as it was last sent. */
  suggest(notebook: number): Promise<Suggestion[]>;
  /** The edits that take suggestions. */
  take(notebook: number, suggestions: readonly Suggestion[]): Promise<NotebookEdit[]>;
}

export interface AnalysisListener {
  analysed(result: Analysed): void;
  /** The worker could not answer; `message` says why. */
  failed(message: string): void;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** The analysis in a Web Worker. One that broke is replaced, and its notebooks are asked to send all they have. */
export class WorkerAnalysis implements Analysis {
  private worker: Worker | null = null;
  private readonly listeners = new Map<number, AnalysisListener>();
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly start: () => Worker) {}

  open(listener: AnalysisListener): number {
    this.listeners.set(++this.last, listener);
    return this.last;
  }

  analyse(request: Extract<WorkerRequest, { type: 'analyse' }>): void {
    this.send(request);
  }

  close(notebook: number): void {
    this.listeners.delete(notebook);
    // Where no worker was started, nothing is remembered that it should forget.
    this.worker?.postMessage({ type: 'close', notebook } satisfies WorkerRequest);
  }

  async layOut(graph: GraphShape): Promise<GraphLayout> {
    const answer = await this.ask({ type: 'lay-out', request: ++this.last, graph });
    return expectAnswer(answer, 'lay-out').layout;
  }

  async suggest(notebook: number): Promise<Suggestion[]> {
    const answer = await this.ask({ type: 'suggest', request: ++this.last, notebook });
    return expectAnswer(answer, 'suggest').suggestions;
  }

  async take(notebook: number, suggestions: readonly Suggestion[]): Promise<NotebookEdit[]> {
    const request = ++this.last;
    const answer = await this.ask({
      type: 'take',
      request,
      notebook,
      suggestions: [...suggestions]
    });
    return expectAnswer(answer, 'take').edits;
  }

  dispose(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private ask(request: Extract<WorkerRequest, { request: number }>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.set(request.request, { resolve, reject });
      this.send(request);
    });
  }

  private send(request: WorkerRequest): void {
    this.worker ??= this.listen(this.start());
    this.worker.postMessage(request);
  }

  private listen(worker: Worker): Worker {
    worker.onmessage = (event: MessageEvent<WorkerReply>) => this.receive(event.data);
    worker.onerror = event => this.broke(worker, event.message || 'its script could not be loaded');
    return worker;
  }

  private receive(reply: WorkerReply): void {
    switch (reply.type) {
      case 'analysed':
        this.listeners.get(reply.notebook)?.analysed(reply);
        return;
      case 'answered':
        this.waiting.get(reply.request)?.resolve(reply.answer);
        this.waiting.delete(reply.request);
        return;
      case 'failed':
        if (reply.notebook !== null) this.listeners.get(reply.notebook)?.failed(reply.message);
        if (reply.request !== null) {
          this.waiting.get(reply.request)?.reject(new Error(reply.message));
          this.waiting.delete(reply.request);
        }
    }
  }

  private broke(worker: Worker, message: string): void {
    if (this.worker !== worker) return;
    worker.terminate();
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(new Error(message));
    this.waiting.clear();
    for (const listener of [...this.listeners.values()]) listener.failed(message);
  }
}

function expectAnswer<Of extends Answer['of']>(
  answer: Answer,
  of: Of
): Extract<Answer, { of: Of }> {
  if (answer.of !== of) throw new Error(`"${of}" was asked for, and "${answer.of}" answered.`);
  return answer as Extract<Answer, { of: Of }>;
}

export function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url));
}
