import { createAnalyser } from '@chard/core/python/dataflow';
import { layOut } from '../graph/layout';
import { AnalysedNotebook } from './analysedNotebook';
import { WorkerRequest, type Answer, type WorkerReply } from './messages';

/** The worker's end: what is remembered of each notebook. */

const notebooks = new Map<number, AnalysedNotebook>();

function reply(message: WorkerReply): void {
  self.postMessage(message);
}

function answer(request: WorkerRequest): void {
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
      return reply({ type: 'answered', request: request.request, answer: answerTo(request) });
  }
}

function answerTo(
  request: Extract<WorkerRequest, { type: 'lay-out' | 'suggest' | 'take' }>
): Answer {
  if (request.type === 'lay-out') return { of: 'lay-out', layout: layOut(request.graph) };
  const notebook = notebooks.get(request.notebook);
  if (!notebook) throw new Error('The notebook has not been read yet.');
  return request.type === 'suggest'
    ? { of: 'suggest', suggestions: notebook.suggest() }
    : { of: 'take', edits: notebook.take(request.suggestions) };
}

self.onmessage = (event: MessageEvent<unknown>) => {
  const request = WorkerRequest.parse(event.data);
  try {
    answer(request);
  } catch (error) {
    reply({
      type: 'failed',
      notebook: request.type === 'analyse' ? request.notebook : null,
      request: 'request' in request ? request.request : null,
      message: error instanceof Error ? error.message : String(error)
    });
  }
};
