import { annotate } from './annotate';
import { applyEditsToModel } from './edits';
import { editsToJoinStep, editsToSetKind, proposeStepName } from './kind-edits';
import type { JsonObject } from './model';
import { parseNotebook } from './read';

function notebookOf(...cells: [type: 'code' | 'markdown', source: string, tags?: string[]][]) {
  const json: JsonObject = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(([cell_type, source, tags = []], index) => ({
      id: `c${index}`,
      cell_type,
      source,
      metadata: { tags }
    }))
  };
  return { json, annotated: annotate(parseNotebook(json).notebook!) };
}

function tagsOf(json: JsonObject): string[][] {
  return (json.cells as JsonObject[]).map(
    cell => ((cell.metadata as JsonObject).tags ?? []) as string[]
  );
}

test('several cells become a kind at once, and foreign tags stay', () => {
  const { json, annotated } = notebookOf(
    ['code', 'import a', ['hide']],
    ['markdown', 'text'],
    ['code', 'import b', ['step:x', 'prev:y', 'keep']]
  );
  const edits = editsToSetKind(annotated, [0, 1, 2], 'imports');
  expect(tagsOf(applyEditsToModel(json, edits))).toEqual([
    ['hide', 'imports'],
    [],
    ['imports', 'keep']
  ]);
});

test('a skipped cell keeps what it was, and is it again', () => {
  const { json, annotated } = notebookOf(['code', 'x', ['step:a', 'limit:cpu:2']]);
  const skipped = applyEditsToModel(json, editsToSetKind(annotated, [0], 'skip'));
  expect(tagsOf(skipped)[0]).toEqual(expect.arrayContaining(['step:a', 'limit:cpu:2', 'skip']));
  const back = editsToJoinStep(annotate(parseNotebook(skipped).notebook!), [0], 'a');
  expect(tagsOf(applyEditsToModel(skipped, back))).toEqual([['step:a', 'limit:cpu:2']]);
});

test('a cell that leaves its step hands over what only it said', () => {
  const { json, annotated } = notebookOf(
    ['code', 'a', ['step:load']],
    ['code', 'b', ['step:train', 'prev:load', 'limit:cpu:2']],
    ['code', 'c', ['step:train', 'limit:memory:1Gi']]
  );
  const edits = editsToSetKind(annotated, [1], 'functions');
  const after = annotate(parseNotebook(applyEditsToModel(json, edits)).notebook!);
  const train = after.steps.find(({ name }) => name === 'train')!;
  expect(train.cells).toEqual([2]);
  expect(train.prev.map(({ step }) => step)).toEqual(['load']);
  expect(after.cells[1]!.annotation.prev).toEqual([]);
  expect(after.cells[1]!.role).toEqual({ kind: 'functions' });
});

test('a continuing cell belongs to the one before', () => {
  const { json, annotated } = notebookOf(['code', 'a', ['step:a']], ['code', 'b', ['step:b']]);
  const edits = editsToSetKind(annotated, [1], 'continue');
  const after = annotate(parseNotebook(applyEditsToModel(json, edits)).notebook!);
  expect(after.steps.map(({ name, cells }) => ({ name, cells }))).toEqual([
    { name: 'a', cells: [0, 1] }
  ]);
});

test('a step cannot depend on itself when a cell joins the step that it came after', () => {
  const { json, annotated } = notebookOf(
    ['code', 'a', ['step:a']],
    ['code', 'b', ['step:b', 'prev:a']]
  );
  const joined = applyEditsToModel(json, editsToJoinStep(annotated, [1], 'a'));
  expect(tagsOf(joined)).toEqual([['step:a'], ['step:a']]);
});

test('a name that cannot be one is refused', () => {
  const { annotated } = notebookOf(['code', 'a']);
  expect(() => editsToJoinStep(annotated, [0], 'a:b')).toThrow(RangeError);
});

test.each([
  [[['markdown', '# Data\n\n## Load the data!']], 'load the data'],
  [[['markdown', 'no heading']], 'step 1'],
  [
    [
      ['markdown', '# Far'],
      ['code', 'x']
    ],
    'step 1'
  ],
  [
    [
      ['code', 'x', ['step:load']],
      ['markdown', '## Load ##']
    ],
    'load 2'
  ]
] as [['code' | 'markdown', string, string[]?][], string][])(
  'a new step is named after its heading, else numbered: %j',
  (before, name) => {
    const { annotated } = notebookOf(...before, ['code', 'y']);
    expect(proposeStepName(annotated, before.length)).toBe(name);
  }
);
