import fc from 'fast-check';
import {
  annotate,
  applyEditsToModel,
  parseNotebook,
  type AnnotatedNotebook,
  type JsonObject
} from '../notebook';
import { buildPipeline } from '../pipeline';
import { createAnalyser, type Analyser } from '../python/dataflow';
import { editsToTake, suggestSteps, type Suggestion } from './suggest';

let analyser: Analyser;
beforeAll(async () => {
  analyser = createAnalyser();
});

type TestCell = [source: string, tags?: string[]] | { markdown: string };

function tagsMetadata(tags: string[] | undefined): JsonObject {
  return tags ? { tags } : {};
}

function notebookOf(cells: readonly TestCell[]): {
  json: JsonObject;
  annotated: AnnotatedNotebook;
} {
  const json: JsonObject = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { language_info: { name: 'python' } },
    cells: cells.map((cell, index) => ({
      id: `c${index}`,
      cell_type: 'markdown' in cell ? 'markdown' : 'code',
      source: 'markdown' in cell ? cell.markdown : cell[0],
      metadata: tagsMetadata('markdown' in cell ? undefined : cell[1])
    }))
  };
  return { json, annotated: annotate(parseNotebook(json).notebook!) };
}

function take(cells: readonly TestCell[], keep: (each: Suggestion) => boolean = () => true) {
  const { json, annotated } = notebookOf(cells);
  const suggestions = suggestSteps(annotated, analyser);
  const edits = editsToTake(annotated, suggestions.filter(keep), analyser);
  const changed = applyEditsToModel(json, edits);
  const after = annotate(parseNotebook(changed).notebook!);
  return { suggestions, changed, after };
}

function kinds(suggestions: readonly Suggestion[]): string[] {
  return suggestions.map(({ kind, name }) => (name === null ? kind : `${kind} ${name}`));
}

const WITH_HEADINGS: TestCell[] = [
  ['import math\nfrom os import path'],
  ['rate = 0.5\nsizes: list = [1, 2]'],
  ['def half(x):\n    return x / 2'],
  { markdown: '## Load the data' },
  ['data = [half(x) for x in sizes]'],
  ['data'],
  ['data.append(3)'],
  { markdown: '## Train' },
  ['total = sum(data) * rate'],
  ['print("total", total)']
];

test('kinds come from the code, steps from headings', () => {
  const { annotated } = notebookOf(WITH_HEADINGS);
  expect(kinds(suggestSteps(annotated, analyser))).toEqual([
    'imports',
    'parameters',
    'functions',
    'step load the data',
    'skip',
    'step load the data',
    'step train',
    'metrics'
  ]);
});

test('taken whole, dependencies are written and nothing is left to repair', () => {
  const { after } = take(WITH_HEADINGS);
  expect(after.steps.map(({ name, prev }) => [name, prev.map(({ step }) => step)])).toEqual([
    ['load the data', []],
    ['train', ['load the data']]
  ]);
  const { diagnostics } = buildPipeline({
    notebook: after,
    analyser,
    modules: new Map(),
    name: 'x'
  });
  expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
});

test('without headings a step goes on while it binds the same names', () => {
  const { suggestions } = take([
    ['raw_data = list(range(9))'],
    ['raw_data = raw_data[1:]'],
    ['model = sum(raw_data)']
  ]);
  expect(kinds(suggestions)).toEqual(['step raw data', 'step raw data', 'step model']);
});

test('what is annotated stays as it is, and its cells get no suggestion', () => {
  const { suggestions, changed } = take([
    ['a = f()'],
    ['b = 1 + a', ['step:mine', 'foreign']],
    ['c = b']
  ]);
  expect(suggestions.map(({ cell }) => cell)).toEqual([0]);
  const cells = changed.cells as JsonObject[];
  expect((cells[1]!.metadata as JsonObject).tags).toEqual(
    expect.arrayContaining(['step:mine', 'foreign'])
  );
});

test('a cell that changes something is never skipped', () => {
  const { suggestions } = take([['x = [1]'], ['x.append(2)'], ['!rm file'], ['x.sort()']]);
  expect(suggestions.map(({ kind }) => kind)).not.toContain('skip');
});

const SOURCES = [
  'import math',
  'n = 3',
  'def f(x):\n    return x',
  'a = 1 + len("x")',
  'b = a + 1',
  'a',
  'print("b", b)',
  'print(a)',
  'for i in range(3):\n    a = i',
  '',
  '# nothing',
  'b.append(a)',
  '%matplotlib inline',
  'if True:\n  b = a +'
];

const arbitraryCells = fc.array(
  fc.oneof(
    fc.constantFrom(...SOURCES).map((source): TestCell => [source]),
    fc.constantFrom('# One', '## Two: x!', 'text').map((text): TestCell => ({ markdown: text }))
  ),
  { maxLength: 12 }
);

test('whatever the notebook, taking all or some gives the kinds that were suggested', () => {
  fc.assert(
    fc.property(arbitraryCells, fc.func(fc.boolean()), (cells, keep) => {
      const { suggestions, after } = take(cells, ({ cell }) => keep(cell));
      for (const { cell, kind, name } of suggestions.filter(each => keep(each.cell))) {
        const role = after.cells[cell]!.role;
        expect(role?.kind).toBe(kind);
        if (role?.kind === 'step') expect(role.step).toBe(name);
      }
      const errors = after.diagnostics.filter(
        ({ severity, code }) => severity === 'error' && code !== 'no-steps'
      );
      expect(errors).toEqual([]);
    }),
    { numRuns: 150 }
  );
});

test('once everything is taken, nothing is suggested any more', () => {
  fc.assert(
    fc.property(arbitraryCells, cells => {
      const { after } = take(cells);
      const left = suggestSteps(after, analyser);
      expect(left).toEqual([]);
    }),
    { numRuns: 100 }
  );
});
