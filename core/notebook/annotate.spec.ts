import type { Diagnostic, NotebookEdit } from '../diagnostics';
import { notebookJson, type CellDraft } from '../testing/notebook/build';
import { annotate } from './annotate';
import { applyEditsToModel } from './edits';
import type { AnnotatedNotebook, JsonObject } from './model';
import { parseNotebook } from './read';
import {
  editsToAddDependency,
  editsToRemoveDependency,
  editsToRenameStep,
  editsToSetRole,
  editsToSetSkip,
  editsToSetStep
} from './step-edits';

function annotated(cells: readonly CellDraft[] | JsonObject, metadata: JsonObject = {}) {
  const json = Array.isArray(cells) ? notebookJson(cells, metadata) : cells;
  return annotate(parseNotebook(json).notebook!);
}

const step = (name: string, ...more: string[]): CellDraft => ({ tags: [`step:${name}`, ...more] });
const codes = (notebook: AnnotatedNotebook) => notebook.diagnostics.map(({ code }) => code);
const only = (notebook: AnnotatedNotebook): Diagnostic => {
  expect(notebook.diagnostics).toHaveLength(1);
  return notebook.diagnostics[0]!;
};

/** The notebook after the fix, whose edits must change something. */
function fixed(cells: readonly CellDraft[], { fixes }: Diagnostic, index = 0): AnnotatedNotebook {
  const before = notebookJson(cells);
  const after = applyEditsToModel(before, fixes[index]!.edits);
  expect(after).not.toEqual(before);
  return annotated(after);
}

describe('roles', () => {
  it('an untagged code cell belongs to the tagged cell before it; skip is looked through', () => {
    const { cells, diagnostics } = annotated([
      { type: 'markdown' },
      { tags: ['imports'] },
      {},
      { tags: ['functions'] },
      { tags: ['hide-input'] },
      { tags: ['pipeline-parameters'] },
      step('a'),
      { tags: ['skip'] },
      { type: 'raw' },
      {},
      { tags: ['pipeline-metrics'] },
      {}
    ]);
    expect(diagnostics).toEqual([]);
    expect(cells.map(({ role }) => (role?.kind === 'step' ? role.step : role?.kind))).toEqual([
      undefined,
      'imports',
      'imports',
      'functions',
      'functions',
      'parameters',
      'a',
      'skip',
      undefined,
      'a',
      'metrics',
      'metrics'
    ]);
    expect(cells.map(({ inheritedFrom }) => inheritedFrom)).toEqual([
      null,
      null,
      1,
      null,
      3,
      null,
      null,
      null,
      null,
      6,
      null,
      10
    ]);
  });

  it('several cells with one name are one step, in notebook order, even when apart', () => {
    const { steps, diagnostics } = annotated([
      step('a'),
      {},
      step('b', 'prev:a'),
      step('a'),
      {},
      { source: '' }
    ]);
    expect(diagnostics).toEqual([]);
    expect(steps.map(({ name, cells }) => [name, cells])).toEqual([
      ['a', [0, 1, 3, 4, 5]],
      ['b', [2]]
    ]);
  });

  it('an empty step tag is no tag', () => {
    const notebook = annotated([step('a'), { tags: ['block:'] }]);
    expect(notebook.steps[0]!.cells).toEqual([0, 1]);
    expect(only(notebook)).toMatchObject({ severity: 'warning', code: 'empty-name', cell: 1 });
  });

  it('reports code before the first tag, with a fix', () => {
    const cells: CellDraft[] = [
      { source: ' \n# only a comment' },
      { source: 'import os\n\nfrom a.b import c' },
      { source: 'x = 1' },
      step('a')
    ];
    const notebook = annotated(cells);
    expect(notebook.diagnostics).toMatchObject([
      { severity: 'warning', code: 'cell-before-first-tag', cell: 1 },
      { severity: 'warning', code: 'cell-before-first-tag', cell: 2 }
    ]);
    const [imports, other] = notebook.diagnostics;
    expect(fixed(cells, imports!).cells[1]!.role).toEqual({ kind: 'imports' });
    expect(codes(fixed(cells, imports!))).toEqual([]);
    expect(fixed(cells, other!).cells[2]!.role).toEqual({ kind: 'skip' });
  });

  it('reports a notebook without steps once', () => {
    expect(codes(annotated([{}, { type: 'markdown' }, {}]))).toEqual(['no-steps']);
    expect(codes(annotated([{ tags: ['imports'] }]))).toEqual(['no-steps']);
    expect(codes(annotated([]))).toEqual([]);
  });

  it('reports tags of the pipeline on a text cell', () => {
    const cells: CellDraft[] = [
      step('a'),
      { type: 'markdown', tags: ['step:b', 'mine', 'steps:x'] },
      { type: 'markdown', tags: ['skip', 'mine'] }
    ];
    const problem = only(annotated(cells));
    expect(problem).toMatchObject({ severity: 'warning', code: 'annotated-text-cell', cell: 1 });
    expect(fixed(cells, problem).notebook.cells[1]!.tags).toEqual(['mine']);
  });

  it("takes a near miss on a text cell for somebody else's", () => {
    const cells: CellDraft[] = [step('a'), { type: 'markdown', tags: ['import', 'prev :a'] }];
    expect(annotated(cells).diagnostics).toEqual([]);
  });

  it('reads a misspelt tag as what was meant: nothing but the misspelling is reported', () => {
    const cells: CellDraft[] = [
      { tags: ['import'] },
      { tags: ['steps:load'] },
      step('train', 'prev:load'),
      { tags: ['Step: show', 'prev :train'] }
    ];
    const notebook = annotated(cells);
    expect(codes(notebook)).toEqual(Array(4).fill('misspelt-tag'));
    expect(notebook.steps.map(({ name, cells: own }) => [name, own])).toEqual([
      ['load', [1]],
      ['train', [2]],
      ['show', [3]]
    ]);
    expect(notebook.steps[2]!.prev).toEqual([{ step: 'train', cells: [3] }]);
  });

  it('says that another notebook as a step is not supported yet', () => {
    const cells: CellDraft[] = [
      { tags: ['notebook:other'], metadata: { notebook_path: './other.ipynb' }, source: '' },
      {},
      step('a', 'prev:other')
    ];
    const notebook = annotated(cells);
    expect(notebook.subNotebooks).toEqual([
      { name: 'other', cell: 0, path: './other.ipynb', prev: [] }
    ]);
    expect(notebook.steps.map(({ name, prev }) => [name, prev])).toEqual([['a', []]]);
    expect(only(notebook)).toMatchObject({
      severity: 'error',
      code: 'sub-notebook-unsupported',
      cell: 0
    });
    expect(only(notebook).message).toContain('./other.ipynb');
  });
});

describe('dependencies', () => {
  it('are a set, with the cells that say them, on any of the cells', () => {
    const { steps, diagnostics } = annotated([
      step('a'),
      step('b'),
      step('c', 'prev:a', 'prev:a'),
      { tags: ['prev:b'] },
      step('c', 'prev:a')
    ]);
    expect(diagnostics).toEqual([]);
    expect(steps[2]!.prev).toEqual([
      { step: 'a', cells: [2, 4] },
      { step: 'b', cells: [3] }
    ]);
  });

  it('reports an unknown name, and what was meant', () => {
    const cells = [step('load data'), step('train', 'prev:Load_Data', 'mine'), step('lode data')];
    const problem = only(annotated(cells));
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'unknown-dependency',
      cell: 1,
      step: 'train'
    });
    expect(problem.message).toContain('Did you mean "load data"?');
    expect(annotated(cells).steps[1]).toMatchObject({
      prev: [],
      unmet: [{ name: problem.message.split('"')[3], meant: 'load data' }]
    });
    expect(fixed(cells, problem).steps[1]!.prev).toEqual([{ step: 'load data', cells: [1] }]);
    expect(fixed(cells, problem, 1).notebook.cells[1]!.tags).toEqual(['step:train', 'mine']);
  });

  it('suggests nothing where nothing is near, nor the step itself', () => {
    const problem = only(annotated([step('load'), step('train', 'prev:xyzzy')]));
    expect(problem.message).not.toContain('Did you mean');
    expect(problem.fixes).toHaveLength(1);
    expect(only(annotated([step('load'), step('train', 'prev:tran')])).fixes).toHaveLength(1);
    expect(only(annotated([step('a'), step('b', 'prev:c')])).message).not.toContain('Did you mean');
  });

  it('reports an invalid name once, not again where it is used', () => {
    expect(codes(annotated([step('a/b'), step('c', 'prev:a b')]))).toEqual(['invalid-name']);
    const both = annotated([step('a/b'), step('c', 'prev:a/b')]);
    expect(codes(both)).toEqual(['invalid-name', 'invalid-name']);
    expect(both.steps[1]!.prev).toEqual([{ step: 'a/b', cells: [1] }]);
    const used = annotated([step('a b'), step('c', 'prev:a/b')]);
    expect(codes(used)).toEqual(['invalid-name']);
    expect(used.steps[1]!.unmet).toEqual([{ name: 'a/b', meant: 'a b' }]);
  });

  it('says that the step is skipped', () => {
    const notebook = annotated([{ tags: ['skip', 'step:a'] }, step('b', 'prev:a')]);
    expect(codes(notebook)).toEqual(['skipped-step', 'unknown-dependency']);
    const problem = notebook.diagnostics[1]!;
    expect(problem).toMatchObject({ code: 'unknown-dependency', cell: 1 });
    expect(problem.message).toContain('skipped');
  });

  it('reports a step that depends on itself', () => {
    const cells = [step('a', 'prev:a')];
    const problem = only(annotated(cells));
    expect(problem).toMatchObject({ severity: 'error', code: 'self-dependency', cell: 0 });
    expect(codes(fixed(cells, problem))).toEqual([]);
  });

  it('reports a dependency on a later step', () => {
    const cells = [step('a'), step('b', 'prev:c'), step('c', 'prev:a')];
    const notebook = annotated(cells);
    const problem = only(notebook);
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'dependency-on-later-step',
      cell: 1,
      step: 'b'
    });
    expect(problem.message).toContain('cell 2');
    expect(notebook.steps[1]!.prev).toEqual([]);
    expect(codes(fixed(cells, problem))).toEqual([]);
  });

  it.each([
    ['Train model', 'train_model'],
    ['Train model', 'train-Model'],
    ['Train model', 'Train  model'],
    ['trainmodel', 'train model'],
    ['ｌｏａｄ', 'load'],
    ['model1', 'model_1']
  ])('reports "%s" and "%s" as similar', (one, other) => {
    expect(codes(annotated([step(one), step(other)]))).toEqual(['similar-step-names']);
  });

  it.each([
    ['fold 1 1', 'fold 11'],
    ['model1', 'model2'],
    ['load', 'loads']
  ])('reports nothing of "%s" and "%s"', (one, other) => {
    expect(codes(annotated([step(one), step(other)]))).toEqual([]);
  });

  it('reports names that differ by case and spaces only', () => {
    const cells = [
      step('Train model'),
      step('x', 'prev:Train model'),
      step('train  Model'),
      step('y', 'prev:train  Model')
    ];
    const problem = only(annotated(cells));
    expect(problem).toMatchObject({ severity: 'warning', code: 'similar-step-names', cell: 2 });
    const after = fixed(cells, problem);
    expect(after.diagnostics).toEqual([]);
    expect(after.steps.map(({ name, cells: own }) => [name, own])).toEqual([
      ['Train model', [0, 2]],
      ['x', [1]],
      ['y', [3]]
    ]);
  });
});

describe('settings of a step', () => {
  it('come from all its cells, then from the defaults, then from the notebook', () => {
    const { steps, diagnostics } = annotated(
      [
        step('a', 'limit:cpu:2', 'label:x:1'),
        { tags: ['limit:memory:1Gi'], metadata: { chard: { timeoutSeconds: 5 } } },
        step('b', 'image:own:1', 'cache:enabled')
      ],
      {
        kubeflow_notebook: {
          base_image: 'base:1',
          enable_caching: false,
          steps_defaults: ['limit:cpu:1', 'limit:nvidia.com/gpu:1', 'annotation:k:a:b']
        },
        chard: { stepDefaults: { requests: { cpu: '1' }, retries: { count: 1 } } }
      }
    );
    expect(diagnostics).toEqual([]);
    expect(steps[0]!.settings).toEqual({
      image: 'base:1',
      limits: { cpu: '2', memory: '1Gi', 'nvidia.com/gpu': '1' },
      requests: { cpu: '1' },
      labels: { x: '1' },
      annotations: { k: 'a:b' },
      secrets: [],
      environment: {},
      cache: false,
      retries: { count: 1, backoffSeconds: 0, backoffFactor: 2, maxBackoffSeconds: 3600 },
      timeoutSeconds: 5,
      nodeSelector: {},
      tolerations: [],
      description: null
    });
    expect(steps[1]!.settings).toMatchObject({ image: 'own:1', cache: true, timeoutSeconds: null });
  });

  it('report two cells that contradict each other; the first one holds', () => {
    const cells: CellDraft[] = [
      step('a', 'image:x', 'limit:cpu:1', 'secret:s:k:V'),
      step('a', 'image:y', 'limit:cpu:1', 'limit:memory:1Gi', 'secret:s:other:V'),
      { metadata: { chard: { timeoutSeconds: 5 } } },
      { metadata: { chard: { timeoutSeconds: 6 } } }
    ];
    const notebook = annotated(cells);
    expect(notebook.steps[0]!.settings).toMatchObject({
      image: 'x',
      limits: { cpu: '1', memory: '1Gi' },
      secrets: [{ key: 'k' }],
      timeoutSeconds: 5
    });
    expect(notebook.diagnostics).toMatchObject([
      { severity: 'warning', code: 'conflicting-settings', cell: 1, step: 'a' },
      { severity: 'warning', code: 'conflicting-settings', cell: 1, step: 'a' },
      { severity: 'warning', code: 'conflicting-settings', cell: 3, step: 'a' }
    ]);
    const [image, , timeout] = notebook.diagnostics;
    expect(image!.message).toContain('cell 0 says "x", cell 1 says "y"');
    expect(fixed(cells, image!).steps[0]!.settings.image).toBe('x');
    expect(fixed(cells, image!, 1).steps[0]!.settings.image).toBe('y');
    expect(fixed(cells, timeout!, 1).steps[0]!.settings.timeoutSeconds).toBe(6);
  });

  it('report a cell of no step', () => {
    const cells: CellDraft[] = [{ tags: ['imports', 'image:x', 'prev:a', 'mine'] }, step('a')];
    const problem = only(annotated(cells));
    expect(problem).toMatchObject({ severity: 'warning', code: 'settings-without-step', cell: 0 });
    expect(fixed(cells, problem).notebook.cells[0]!.tags).toEqual(['imports', 'mine']);
  });

  it('a skipped cell keeps its own without a word', () => {
    expect(codes(annotated([step('a'), { tags: ['skip', 'image:x'] }]))).toEqual([]);
  });
});

describe('edits', () => {
  const cells: CellDraft[] = [
    { tags: ['imports'] },
    { tags: ['block:load', 'mine'] },
    { tags: ['skip', 'step:load'] },
    step('train', 'prev:load', 'image:x'),
    step('train', 'prev:load', 'image:x'),
    {}
  ];
  const json = notebookJson(cells);
  const before = annotated(json);
  const after = (edits: NotebookEdit[]) => annotated(applyEditsToModel(json, edits));

  it('rename a step everywhere, in its own spelling', () => {
    const { notebook, steps } = after(editsToRenameStep(before, 'load', 'Read data'));
    expect(notebook.cells[1]!.tags).toEqual(['block:Read data', 'mine']);
    expect(notebook.cells[2]!.tags).toEqual(['skip', 'step:Read data']);
    expect(steps[1]!.prev).toEqual([{ step: 'Read data', cells: [3, 4] }]);
    expect(() => editsToRenameStep(before, 'load', 'a/b')).toThrow(RangeError);
  });

  it('join two steps by renaming one to the other', () => {
    const { steps, diagnostics } = after(editsToRenameStep(before, 'train', 'load'));
    expect(steps.map(({ name, cells: own, prev }) => [name, own, prev])).toEqual([
      ['load', [1, 3, 4, 5], []]
    ]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['skipped-step']);
  });

  it('add and remove a dependency', () => {
    expect(editsToAddDependency(before, 'train', 'load')).toEqual([]);
    const removed = applyEditsToModel(json, editsToRemoveDependency(before, 'train', 'load'));
    expect(annotated(removed).steps[1]!.prev).toEqual([]);
    const edits = editsToAddDependency(annotated(removed), 'train', 'load');
    expect(edits).toEqual([{ kind: 'add-tag', cell: 3, tag: 'prev:load' }]);
    expect(() => editsToAddDependency(before, 'nobody', 'load')).toThrow(RangeError);
  });

  it('set a role, and take it away', () => {
    const set = after(editsToSetRole(before.cells[5]!, { kind: 'step', name: 'new one' }));
    expect(set.steps.map(({ name }) => name)).toEqual(['load', 'train', 'new one']);
    const gone = after(editsToSetRole(before.cells[1]!, null));
    expect(gone.notebook.cells[1]!.tags).toEqual(['mine']);
    expect(gone.cells[1]!.role).toEqual({ kind: 'imports' });
    const other = after(editsToSetRole(before.cells[1]!, { kind: 'functions' }));
    expect(other.notebook.cells[1]!.tags).toEqual(['functions', 'mine']);
  });

  it('skip a cell, and put it back as it was', () => {
    const skipped = applyEditsToModel(json, editsToSetSkip(before.cells[1]!, true));
    expect(annotated(skipped).cells[1]!.role).toEqual({ kind: 'skip' });
    const back = editsToSetSkip(annotated(skipped).cells[1]!, false);
    expect(applyEditsToModel(skipped, back)).toEqual(json);
  });

  it("set a step's field where it is said, else on its first cell", () => {
    const image = after(editsToSetStep(before, 'train', 'image', 'y'));
    expect(image.notebook.cells.map(({ tags }) => tags).slice(3)).toEqual([
      ['step:train', 'prev:load', 'image:y'],
      ['step:train', 'prev:load'],
      []
    ]);
    expect(editsToSetStep(before, 'load', 'timeoutSeconds', 60)).toEqual([
      { kind: 'set-metadata', cell: 1, path: ['chard', 'timeoutSeconds'], value: 60 }
    ]);
    const limits = after(editsToSetStep(before, 'train', 'limits', { cpu: '2' }));
    expect(limits.steps[1]!.settings.limits).toEqual({ cpu: '2' });
    const none = after(editsToSetStep(before, 'train', 'image', null));
    expect(none.steps[1]!.settings.image).toBeNull();
  });
});
