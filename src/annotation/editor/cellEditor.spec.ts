/** @jest-environment node */
import { YNotebook } from '@jupyter/ydoc';
import { applyUpdate, encodeStateAsUpdate } from 'yjs';
import type { Analysis } from '../../notebooks/analysis';
import { EditSession } from '../../notebooks/edits';
import { NotebookPipeline } from '../../notebooks/notebookPipeline';
import { CellEditor } from './cellEditor';
import { gpuOf, splitMemory, withGpu, withLimit } from './quantities';

/** Nothing is analysed here: what cells are tagged is known without. */
const NO_ANALYSIS: Analysis = {
  open: () => 1,
  analyse: () => undefined,
  close: () => undefined,
  layOut: () => Promise.reject(new Error('not asked for')),
  suggest: () => Promise.resolve([]),
  take: () => Promise.resolve([])
};

const opened: NotebookPipeline[] = [];

afterEach(() => {
  for (const pipeline of opened.splice(0)) {
    pipeline.dispose();
    pipeline.notebook.dispose();
  }
});

function edit(cells: readonly (readonly string[])[], ...chosen: number[]) {
  const notebook = YNotebook.create({
    data: {
      metadata: {},
      cells: cells.map((tags, index) => ({
        id: `c${index}`,
        cell_type: 'code',
        source: `x${index} = 1`,
        metadata: tags.length > 0 ? { tags: [...tags] } : {},
        outputs: [],
        execution_count: null
      }))
    }
  });
  const pipeline = new NotebookPipeline(notebook, NO_ANALYSIS, 'x');
  opened.push(pipeline);
  const editor = new CellEditor(
    pipeline,
    chosen.map(index => `c${index}`)
  );
  const tags = () => notebook.cells.map(cell => cell.getMetadata('tags') ?? []);
  return { editor, notebook, tags };
}

test('several cells become one new step, as one step of undo', () => {
  const { editor, notebook, tags } = edit([[], ['mine'], []], 0, 1);
  editor.setKind('step');
  expect(tags()).toEqual([['step:step 1'], ['mine', 'step:step 1'], []]);
  expect(editor.state).toMatchObject({ kind: 'step', step: { name: 'step 1', taggedCells: 2 } });
  notebook.undo();
  expect(tags()).toEqual([[], ['mine'], []]);
});

test('a new name renames the step everywhere, letter by letter as one step of undo', () => {
  const { editor, notebook, tags } = edit([['step:a'], ['step:a'], ['step:b', 'prev:a']], 0);
  const session = new EditSession();
  for (const name of ['r', 're', 'read']) editor.setName(name, 'step', session);
  expect(tags()).toEqual([['step:read'], ['step:read'], ['step:b', 'prev:read']]);
  notebook.undo();
  expect(tags()).toEqual([['step:a'], ['step:a'], ['step:b', 'prev:a']]);
});

/** The same notebook as a second person has it, who sees each edit of the first at once and the other way round. */
function shareWithAnother(notebook: YNotebook): YNotebook {
  const other = new YNotebook();
  applyUpdate(other.ydoc, encodeStateAsUpdate(notebook.ydoc), 'remote');
  for (const [from, to] of [
    [notebook, other],
    [other, notebook]
  ] as const) {
    from.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'remote') applyUpdate(to.ydoc, update, 'remote');
    });
  }
  const pipeline = new NotebookPipeline(other, NO_ANALYSIS, 'x');
  opened.push(pipeline);
  return other;
}

test('undoing a rename takes back one’s own, and nothing that a second person did meanwhile', () => {
  const { editor, notebook, tags } = edit(
    [['step:a'], ['step:b', 'prev:a'], ['step:c', 'prev:a']],
    0
  );
  const other = shareWithAnother(notebook);
  const theirs = new CellEditor(opened.at(-1)!, ['c2']);
  editor.setName('read', 'step');
  other.cells[1]!.setSource('y = 2');
  theirs.setSetting('timeoutSeconds', 30);
  notebook.undo();
  expect(tags()).toEqual([['step:a'], ['step:b', 'prev:a'], ['step:c', 'prev:a']]);
  expect(notebook.cells[1]!.getSource()).toBe('y = 2');
  expect(notebook.cells[2]!.getMetadata('chard')).toEqual({ timeoutSeconds: 30 });
  expect(other.toJSON()).toEqual(notebook.toJSON());
  notebook.redo();
  expect(tags()).toEqual([['step:read'], ['step:b', 'prev:read'], ['step:c', 'prev:read']]);
  other.undo();
  expect(notebook.cells[2]!.getMetadata('chard')).toBeUndefined();
  expect(tags()[2]).toEqual(['step:c', 'prev:read']);
});

test('a rename that a second person has renamed again is theirs: undo leaves it whole', () => {
  const { editor, notebook, tags } = edit([['step:a'], ['step:b', 'prev:a']], 0);
  // As JupyterLab does when a notebook is open.
  notebook.clearUndoHistory();
  const other = shareWithAnother(notebook);
  editor.setName('read', 'step');
  new CellEditor(opened.at(-1)!, ['c0']).setName('fetch', 'step');
  notebook.undo();
  expect(tags()).toEqual([['step:fetch'], ['step:b', 'prev:fetch']]);
  other.undo();
  expect(tags()).toEqual([['step:read'], ['step:b', 'prev:read']]);
});

test('with only these cells chosen, a new name takes them out of the step', () => {
  const { editor, tags } = edit([['step:a'], ['step:a'], ['step:b', 'prev:a']], 1);
  expect(editor.effectOf('c', 'cells')).toBe('split');
  editor.setName('c', 'cells');
  expect(tags()).toEqual([['step:a'], ['step:c'], ['step:b', 'prev:a']]);
});

test('the name of another step joins the cell to it; its dependents go along with the last cell', () => {
  const { editor, tags } = edit([['step:a'], ['step:b'], ['step:c', 'prev:b']], 1);
  expect(editor.effectOf('a', 'step')).toBe('join');
  editor.setName('a', 'step');
  expect(tags()).toEqual([['step:a'], ['step:a'], ['step:c', 'prev:a']]);
});

test('a name that cannot be one changes nothing', () => {
  const { editor, tags } = edit([['step:a']], 0);
  expect(editor.effectOf('a:b', 'step')).toBe('invalid');
  editor.setName('a:b', 'step');
  expect(tags()).toEqual([['step:a']]);
});

test('dependencies are offered from the steps before, added and removed', () => {
  const { editor, tags } = edit([['step:a'], ['step:b'], ['step:c', 'prev:a'], ['step:d']], 2);
  expect(editor.state.step).toMatchObject({ candidates: ['b'] });
  editor.addDependency('b');
  editor.removeDependency('a');
  expect(tags()[2]).toEqual(['step:c', 'prev:b']);
});

test('a setting is written at the cell that says it already', () => {
  const { editor, tags, notebook } = edit([['step:a'], ['step:a', 'limit:cpu:1']], 0);
  editor.setSetting('limits', { cpu: '2' });
  editor.setSetting('timeoutSeconds', 30);
  expect(tags()).toEqual([['step:a'], ['step:a', 'limit:cpu:2']]);
  expect(notebook.cells[0]!.getMetadata('chard')).toEqual({ timeoutSeconds: 30 });
});

test('cells of different kinds have none in common, and a continuing cell knows what it continues', () => {
  expect(edit([['imports'], ['step:a']], 0, 1).editor.state.kind).toBeNull();
  expect(edit([['step:a'], []], 1).editor.state).toMatchObject({
    kind: 'continue',
    continues: 'a'
  });
});

test('quantities are split for the editor and put together again', () => {
  expect(splitMemory('8Gi')).toEqual({ amount: '8', unit: 'Gi' });
  expect(splitMemory('1e9')).toBeNull();
  expect(withLimit({ cpu: '1' }, 'cpu', '')).toEqual({});
  expect(withLimit({}, 'cpu', 'many')).toBeNull();
  expect(gpuOf({ cpu: '1', 'amd.com/gpu': '2' })).toEqual({ kind: 'amd.com/gpu', count: '2' });
  expect(withGpu({ 'amd.com/gpu': '2' }, { kind: 'nvidia.com/gpu', count: '1' })).toEqual({
    'nvidia.com/gpu': '1'
  });
  expect(withGpu({}, { kind: 'nvidia.com/gpu', count: 'half' })).toBeNull();
});
