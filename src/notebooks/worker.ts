import { createAnalyser } from '@chard/core/python/dataflow';
import { AnalysedNotebook } from './analysedNotebook';
import { WorkerReply, WorkerRequest, type Answer } from './messages';

/** The worker's end: what is remembered of each notebook. */

const notebooks = new Map<number, AnalysedNotebook>();

function reply(message: WorkerReply): void {
  self.postMessage(WorkerReply.parse(message));
}

async function answer(request: WorkerRequest): Promise<void> {
  switch (request.type) {
    case 'analyse': {
      let notebook = notebooks.get(request.notebook);
      if (!notebook) {
        notebook = new AnalysedNotebook(createAnalyser());
        notebooks.set(request.notebook, notebook);
      }
      return reply({ type: 'analysed', ...notebook.analyse(request) });
    }
    case 'close':
      notebooks.delete(request.notebook);
      return;
    default:
      return reply({ type: 'answered', request: request.request, answer: await answerTo(request) });
  }
}

async function answerTo(
  request: Extract<WorkerRequest, { type: 'lay-out' | 'suggest' | 'take' }>
): Promise<Answer> {
  if (request.type === 'lay-out') {
    // Only a graph that is shown needs it.
    const { layOut } = await import('../graph/layout');
    return { of: 'lay-out', layout: layOut(request.graph) };
  }
  const notebook = notebooks.get(request.notebook);
  if (!notebook) throw new Error('The notebook has not been read yet.');
  return request.type === 'suggest'
    ? { of: 'suggest', suggestions: notebook.suggest() }
    : { of: 'take', edits: notebook.take(request.suggestions) };
}

// All but the first layout is answered before the next request is looked at.
self.onmessage = (event: MessageEvent<unknown>) => {
  const request = WorkerRequest.parse(event.data);
  answer(request).catch((error: unknown) => {
    reply({
      type: 'failed',
      notebook: request.type === 'analyse' ? request.notebook : null,
      request: 'request' in request ? request.request : null,
      message: error instanceof Error ? error.message : String(error)
    });
  });
};
