import {
  WorkerReply,
  type Analysed,
  type GraphLayout,
  type GraphShape,
  type WorkerRequest
} from './messages';

/** What a notebook asks the analysis for; the only thing that knows of the worker. */
export interface Analysis {
  /** Gives the notebook a number of its own; `onReply` hears of every analysis of it. */
  open(listener: AnalysisListener): number;
  analyse(request: Extract<WorkerRequest, { type: 'analyse' }>): void;
  close(notebook: number): void;
  layOut(graph: GraphShape): Promise<GraphLayout>;
}

export interface AnalysisListener {
  analysed(result: Analysed): void;
  /** The worker could not answer; `message` says why. */
  failed(message: string): void;
}

interface Waiting {
  resolve(layout: GraphLayout): void;
  reject(error: Error): void;
}

/** The analysis in a Web Worker. One that broke is replaced, and its notebooks are asked to send all they have. */
export class WorkerAnalysis implements Analysis {
  private worker: Worker | null = null;
  private readonly listeners = new Map<number, AnalysisListener>();
  private readonly layouts = new Map<number, Waiting>();
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
    this.send({ type: 'close', notebook });
  }

  layOut(graph: GraphShape): Promise<GraphLayout> {
    const request = ++this.last;
    return new Promise((resolve, reject) => {
      this.layouts.set(request, { resolve, reject });
      this.send({ type: 'lay-out', request, graph });
    });
  }

  dispose(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private send(request: WorkerRequest): void {
    this.worker ??= this.listen(this.start());
    this.worker.postMessage(request);
  }

  private listen(worker: Worker): Worker {
    worker.onmessage = (event: MessageEvent<unknown>) => this.take(WorkerReply.parse(event.data));
    worker.onerror = event => this.broke(worker, event.message || 'its script could not be loaded');
    return worker;
  }

  private take(reply: WorkerReply): void {
    switch (reply.type) {
      case 'analysed':
        this.listeners.get(reply.notebook)?.analysed(reply);
        return;
      case 'laid-out':
        this.layouts.get(reply.request)?.resolve(reply.layout);
        this.layouts.delete(reply.request);
        return;
      case 'failed':
        if (reply.notebook !== null) this.listeners.get(reply.notebook)?.failed(reply.message);
        if (reply.request !== null) {
          this.layouts.get(reply.request)?.reject(new Error(reply.message));
          this.layouts.delete(reply.request);
        }
    }
  }

  private broke(worker: Worker, message: string): void {
    if (this.worker !== worker) return;
    worker.terminate();
    this.worker = null;
    for (const { reject } of this.layouts.values()) reject(new Error(message));
    this.layouts.clear();
    for (const listener of [...this.listeners.values()]) listener.failed(message);
  }
}

export function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url));
}
