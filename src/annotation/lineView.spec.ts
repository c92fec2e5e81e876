/** @jest-environment node */
import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline } from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';
import { nullTranslator } from '@jupyterlab/translation';
import { fitNames } from './fitNames';
import { lineViews } from './lineView';

let analyser: Analyser;
beforeAll(async () => {
  analyser = createAnalyser();
});

type TestCell = [source: string, ...tags: string[]] | null;

function views(cells: readonly TestCell[], withFindings = true) {
  const annotated = annotate(
    parseNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: cells.map((cell, index) => ({
        id: `c${index}`,
        cell_type: cell === null ? 'markdown' : 'code',
        source: cell?.[0] ?? 'text',
        metadata: { tags: cell?.slice(1) ?? [] }
      }))
    }).notebook!
  );
  const findings = withFindings
    ? buildPipeline({ notebook: annotated, analyser, modules: new Map(), name: 'x' })
    : null;
  return lineViews(annotated, findings, nullTranslator.load('chard'));
}

test('a step says what it comes after, takes and gives; what was found apart from what was written', () => {
  const { lines } = views([
    ['a = 1', 'step:one'],
    ['b = a', 'step:two', 'prev:one'],
    ['c = a + b', 'step:three', 'prev:one']
  ]);
  expect(lines[2]).toMatchObject({
    kind: 'step',
    title: 'three',
    after: [
      { name: 'one', derived: false },
      { name: 'two', derived: true }
    ],
    inputs: ['a', 'b'],
    problem: { severity: 'warning' }
  });
});

test('before anything is found, the tags alone speak', () => {
  const { lines } = views([['a = 1', 'step:one'], ['b = a']], false);
  expect(lines.map(line => line?.kind)).toEqual(['step', 'continues']);
  expect(lines[1]?.note).toBe('continues one');
});

test('parameters say which of them nothing uses', () => {
  const { lines } = views([
    ['rate = 1\nother = 2', 'pipeline-parameters'],
    ['x = rate', 'step:a']
  ]);
  expect(lines[0]?.note).toBe('2, not used: other');
});

test('a bracket joins the cells of one step, over text between them, and ends at other code', () => {
  const { brackets, lines } = views([
    ['a = 1', 'step:a'],
    null,
    ['b = 1'],
    null,
    ['c = 1', 'step:c'],
    ['a = 2', 'step:a']
  ]);
  expect(brackets).toEqual(['first', 'middle', 'last', 'none', 'none', 'none']);
  expect(lines[1]).toBeNull();
  expect(lines[5]?.note).toBe('continues a');
});

test('names that do not fit are counted', () => {
  const names = ['alpha', 'beta', 'gamma', 'delta'];
  expect(fitNames(names, [], 100)).toMatchObject({ inputs: names, moreInputs: 0 });
  const { inputs, moreInputs, outputs, moreOutputs } = fitNames(names, names, 30);
  expect(inputs.length + moreInputs).toBe(4);
  expect(outputs.length + moreOutputs).toBe(4);
  expect(moreInputs).toBeGreaterThan(0);
  expect(fitNames(names, names, 0)).toMatchObject({ inputs: ['alpha'], outputs: ['alpha'] });
});
