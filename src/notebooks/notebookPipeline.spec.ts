/** @jest-environment node */
import { createAnalyser } from '@chard/core/python/dataflow';
import type { Suggestion } from '@chard/core/suggest';
import { YNotebook } from '@jupyter/ydoc';
import { AnalysedNotebook } from './analysedNotebook';
import type { Analysis, AnalysisListener } from './analysis';
import { EditSession } from './edits';
import type { WorkerRequest } from './messages';
import { NotebookPipeline } from './notebookPipeline';

type Analyse = Extract<WorkerRequest, { type: 'analyse' }>;

/** The analysis as the worker does it, in this thread; `hold` keeps requests until they are let go. */
class DirectAnalysis implements Analysis {
  readonly requests: Analyse[] = [];
  hold = false;
  private listener: AnalysisListener | null = null;
  private notebook: AnalysedNotebook | null = null;

  open(listener: AnalysisListener): number {
    this.listener = listener;
    return 1;
  }

  analyse(request: Analyse): void {
    this.requests.push(structuredClone(request));
    if (!this.hold) void this.answer(request);
  }

  async answer(request: Analyse): Promise<void> {
    this.notebook ??= new AnalysedNotebook(createAnalyser());
    this.listener!.analysed({ type: 'analysed', ...this.notebook.analyse(request) });
  }

  fail(message: string): void {
    this.listener!.failed(message);
  }

  close(): void {
    this.listener = null;
  }

  async suggest() {
    return this.notebook!.suggest();
  }

  async take(_: number, suggestions: readonly Suggestion[]) {
    return this.notebook!.take(suggestions);
  }

  layOut(): never {
    throw new Error('not asked for here');
  }
}

function notebookOf(...cells: [source: string, tags?: string[]][]): YNotebook {
  return YNotebook.create({
    data: {
      metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
      cells: cells.map(([source, tags], index) => ({
        id: `c${index}`,
        cell_type: 'code',
        source,
        metadata: tags ? { tags } : {},
        outputs: [],
        execution_count: null
      }))
    }
  });
}

function analysed(pipeline: NotebookPipeline): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (!pipeline.findings || !pipeline.isCurrent) return;
      pipeline.changed.disconnect(look);
      resolve();
    };
    pipeline.changed.connect(look);
    look();
  });
}

const LOAD_AND_TRAIN: [string, string[]][] = [
  ['data = [1, 2]', ['step:load', 'mine']],
  ['model = sum(data)', ['step:train']]
];

let open: NotebookPipeline[] = [];

function pipelineOf(notebook: YNotebook, analysis = new DirectAnalysis()): NotebookPipeline {
  const pipeline = new NotebookPipeline(notebook, analysis, 'digits');
  open.push(pipeline);
  return pipeline;
}

afterEach(() => {
  for (const each of open) {
    each.dispose();
    each.notebook.dispose();
  }
  open = [];
});

test('a notebook without annotations is analysed once it gets one, or somebody asks', async () => {
  const analysis = new DirectAnalysis();
  const bare = pipelineOf(notebookOf(['a = 1']), analysis);
  bare.notebook.cells[0]!.setSource('a = 2');
  // Had the first one asked, it would have been before this one.
  await analysed(pipelineOf(notebookOf(...LOAD_AND_TRAIN)));
  expect(analysis.requests).toEqual([]);
  bare.notebook.cells[0]!.setMetadata('tags', ['step:a']);
  await analysed(bare);
  expect(bare.findings?.pipeline?.steps.map(({ name }) => name)).toEqual(['a']);

  const asked = pipelineOf(notebookOf(['b = 1']));
  await asked.untilCurrent();
  expect(asked.findings).not.toBeNull();
});

test('tags are known at once, what the code says a moment later', async () => {
  const pipeline = pipelineOf(notebookOf(...LOAD_AND_TRAIN));
  expect(pipeline.annotated.steps.map(({ name }) => name)).toEqual(['load', 'train']);
  expect(pipeline.findings).toBeNull();
  await analysed(pipeline);
  const [, train] = pipeline.findings!.pipeline!.steps;
  expect(train!.after).toEqual([{ step: 'load', declared: false, names: ['data'] }]);
  expect(pipeline.findings!.pipeline!.name).toBe('digits');
});

test('modules beside the notebook count once they are told, and are told again to a new worker', async () => {
  const analysis = new DirectAnalysis();
  const pipeline = pipelineOf(
    notebookOf(['from utils import f', ['imports']], ['x = f()', ['step:a']]),
    analysis
  );
  const fingerprint = (): string => pipeline.findings!.pipeline!.steps[0]!.fingerprint;
  const utils = (source: string) => [{ name: 'utils', path: 'utils.py', source }];
  await analysed(pipeline);
  expect(pipeline.imports).toEqual(['utils', 'utils.f']);
  expect(pipeline.knowsModules).toBe(false);
  pipeline.setModules(utils('def f(): return 1\n'));
  expect(pipeline.knowsModules).toBe(false);
  await analysed(pipeline);
  const first = fingerprint();
  expect(pipeline.knowsModules).toBe(true);
  expect(pipeline.findings!.pipeline!.steps[0]!.modules).toEqual(['utils.py']);
  pipeline.setModules(utils('def f(): return 1\n'));
  expect(pipeline.isCurrent).toBe(true);
  pipeline.setModules(utils('def f(): return 2\n'));
  await analysed(pipeline);
  expect(fingerprint()).not.toBe(first);
  analysis.fail('it broke');
  pipeline.retry();
  await analysed(pipeline);
  expect(analysis.requests.map(({ modules }) => modules?.length ?? null)).toEqual([null, 1, 1, 1]);
});

test('only what changed is sent', async () => {
  const analysis = new DirectAnalysis();
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook, analysis);
  await analysed(pipeline);
  notebook.cells[1]!.setSource('model = len(data)');
  notebook.moveCell(1, 0);
  await analysed(pipeline);
  expect(analysis.requests.map(({ changed }) => changed.map(({ id }) => id))).toEqual([
    ['c0', 'c1'],
    ['c1']
  ]);
  expect(analysis.requests[1]!.order).toEqual(['c1', 'c0']);
});

test('what changes while the analysis runs is taken together in the next one', async () => {
  const analysis = new DirectAnalysis();
  analysis.hold = true;
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook, analysis);
  await new Promise<void>(resolve => {
    const ask = analysis.analyse.bind(analysis);
    analysis.analyse = request => (ask(request), resolve());
  });
  notebook.cells[0]!.setSource('data = [1]');
  notebook.cells[1]!.setSource('model = max(data)');
  expect(pipeline.isCurrent).toBe(false);
  analysis.hold = false;
  await analysis.answer(analysis.requests[0]!);
  await analysed(pipeline);
  expect(analysis.requests).toHaveLength(2);
  expect(analysis.requests[1]!.changed.map(({ id }) => id)).toEqual(['c0', 'c1']);
});

test('a fix is one step of undo and leaves foreign tags alone', async () => {
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook);
  await analysed(pipeline);
  const [fix] = pipeline.findings!.diagnostics.flatMap(({ fixes }) => fixes);
  expect(pipeline.applyFix(fix!)).toBe(true);
  expect(pipeline.isCurrent).toBe(false);
  expect(pipeline.applyFix(fix!)).toBe(false);
  expect(notebook.cells[1]!.getMetadata('tags')).toEqual(['step:train', 'prev:load']);
  expect(notebook.cells[0]!.getMetadata('tags')).toEqual(['step:load', 'mine']);
  notebook.undo();
  expect(notebook.cells[1]!.getMetadata('tags')).toEqual(['step:train']);
});

test('edits of the notebook’s own settings are undone too, and other keys stay', () => {
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  notebook.setMetadata('mine', { a: 1 });
  const pipeline = pipelineOf(notebook);
  pipeline.apply([{ kind: 'set-metadata', cell: null, path: ['chard', 'name'], value: 'shown' }]);
  expect(pipeline.annotated.settings.name).toBe('shown');
  notebook.undo();
  expect(pipeline.annotated.settings.name).toBeNull();
  expect(notebook.getMetadata('mine')).toEqual({ a: 1 });
});

test('what JupyterLab writes into the metadata after an edit is no step of undo', () => {
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook);
  pipeline.apply([{ kind: 'set-metadata', cell: null, path: ['chard', 'name'], value: 'mine' }]);
  // As when a kernel has started.
  notebook.setMetadata('language_info', { name: 'python', version: '3.13.0' });
  notebook.undo();
  expect(pipeline.annotated.settings.name).toBeNull();
  expect(notebook.getMetadata('language_info')).toMatchObject({ version: '3.13.0' });
  notebook.redo();
  expect(pipeline.annotated.settings.name).toBe('mine');
});

test('what is typed into one field is one step of undo, and another edit begins a new one', () => {
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook);
  const session = new EditSession();
  const type = (value: string): void =>
    pipeline.apply(
      [{ kind: 'set-metadata', cell: 0, path: ['chard', 'description'], value }],
      session
    );
  type('a');
  type('ab');
  notebook.cells[1]!.transact(() => notebook.cells[1]!.setSource('model = 1'));
  type('abc');
  const description = (): unknown => pipeline.annotated.cells[0]!.annotation.settings.description;
  notebook.undo();
  expect(description()).toBe('ab');
  notebook.undo();
  expect(notebook.cells[1]!.getSource()).toBe('model = sum(data)');
  notebook.undo();
  expect(description()).toBeNull();
});

test('a fix of code changes only its place in the text', async () => {
  const notebook = notebookOf(['α = "x"  # 1\nβ = 2', ['step:a']]);
  const pipeline = pipelineOf(notebook);
  const range = { start: { line: 2, column: 4 }, end: { line: 2, column: 5 } };
  pipeline.apply([{ kind: 'replace-source', cell: 0, range, text: '33' }]);
  expect(notebook.cells[0]!.getSource()).toBe('α = "x"  # 1\nβ = 33');
});

test('after a failure the next analysis gets everything, and the failure is forgotten', async () => {
  const analysis = new DirectAnalysis();
  const notebook = notebookOf(...LOAD_AND_TRAIN);
  const pipeline = pipelineOf(notebook, analysis);
  await analysed(pipeline);
  analysis.fail('it broke');
  expect(pipeline.failure).toBe('it broke');
  pipeline.retry();
  await analysed(pipeline);
  expect(pipeline.failure).toBeNull();
  expect(analysis.requests.at(-1)!.changed).toHaveLength(2);
});

test('a renamed file renames the pipeline that has no name of its own', async () => {
  const pipeline = pipelineOf(notebookOf(...LOAD_AND_TRAIN));
  await analysed(pipeline);
  pipeline.name = 'numbers';
  await analysed(pipeline);
  expect(pipeline.findings!.pipeline!.name).toBe('numbers');
});

test('a notebook of another language is known as such', () => {
  const notebook = notebookOf(['x <- 1']);
  notebook.setMetadata('kernelspec', { name: 'ir', display_name: 'R', language: 'R' });
  expect(pipelineOf(notebook).isPython).toBe(false);
});

test('suggestions are taken as one step of undo, unless the notebook has changed', async () => {
  const notebook = notebookOf(['import os'], ['data = list(range(3))'], ['print("data", data[0])']);
  const pipeline = pipelineOf(notebook);
  const suggestions = await pipeline.suggest();
  expect(await pipeline.takeSuggestions(suggestions)).toBe(true);
  const tags = (): unknown[] => notebook.cells.map(cell => cell.getMetadata('tags') ?? []);
  expect(tags()).toEqual([['imports'], ['step:data'], ['pipeline-metrics']]);
  notebook.undo();
  expect(tags()).toEqual([[], [], []]);
  const stale = pipeline.takeSuggestions(suggestions);
  notebook.deleteCell(0);
  expect(await stale).toBe(false);
});
