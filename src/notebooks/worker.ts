import { createAnalyser } from '@chard/core/python/dataflow';
import { createTreeSitterParser } from '@chard/core/python/treeSitter';
import type { PythonParser } from '@chard/core/python';
import { AnalysedNotebook } from './analysedNotebook';
import { WorkerRequest, type Answer, type WorkerReply } from './messages';

/** The worker's end: one parser for all notebooks, and what is remembered of each. */

const parser = loadParser();
const notebooks = new Map<number, AnalysedNotebook>();

async function loadParser(): Promise<PythonParser> {
  const [runtime, grammar] = await Promise.all([
    load(new URL('web-tree-sitter/web-tree-sitter.wasm', import.meta.url)),
    load(new URL('tree-sitter-python/tree-sitter-python.wasm', import.meta.url))
  ]);
  return createTreeSitterParser({ runtime, grammar });
}

async function load(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} could not be loaded: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function reply(message: WorkerReply): void {
  self.postMessage(message);
}

async function answer(request: WorkerRequest): Promise<void> {
  switch (request.type) {
    case 'analyse': {
      let notebook = notebooks.get(request.notebook);
      if (!notebook) {
        notebook = new AnalysedNotebook(createAnalyser(await parser));
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

let queue: Promise<void> = Promise.resolve();

self.onmessage = (event: MessageEvent<unknown>) => {
  const request = WorkerRequest.parse(event.data);
  queue = queue
    .then(() => answer(request))
    .catch((error: unknown) => {
      reply({
        type: 'failed',
        notebook: request.type === 'analyse' ? request.notebook : null,
        request: 'request' in request ? request.request : null,
        message: error instanceof Error ? error.message : String(error)
      });
    });
};
