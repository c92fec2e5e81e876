/** @jest-environment node */
import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline, METRICS_STEP, type Pipeline } from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';
import { isChanged } from './stepChange';

let analyser: Analyser;
beforeAll(async () => {
  analyser = createAnalyser();
});

function pipeline(cells: readonly [source: string, tag: string][]): Pipeline {
  const { notebook } = parseNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(([source, tag], index) => ({
      id: `c${index}`,
      cell_type: 'code',
      source,
      metadata: { tags: [tag] }
    }))
  });
  const annotated = annotate(notebook!);
  return buildPipeline({ notebook: annotated, analyser, modules: new Map(), name: 'x' }).pipeline!;
}

const BASE: [string, string][] = [
  ['rate = 1', 'pipeline-parameters'],
  ['a = rate', 'step:one'],
  ['b = a', 'step:two'],
  ['print("b", b)', 'pipeline-metrics']
];
const withCell = (at: number, source: string): Pipeline =>
  pipeline(BASE.map(([text, tag], index) => [index === at ? source : text, tag]));
const NAMES = ['one', 'two', METRICS_STEP];
const changedIn = (ran: Pipeline, now: Pipeline): string[] =>
  NAMES.filter(name => isChanged(ran, now, name));

it('is the step whose code means something else', () => {
  const ran = pipeline(BASE);
  expect(changedIn(ran, withCell(1, 'a = rate + 1'))).toEqual(['one']);
  expect(changedIn(ran, withCell(3, 'print("b", b + 1)'))).toEqual([METRICS_STEP]);
});

it('is not a comment, nor another value of a parameter', () => {
  const ran = pipeline(BASE);
  expect(changedIn(ran, withCell(1, 'a = rate  # a comment'))).toEqual([]);
  expect(changedIn(ran, withCell(0, 'rate = 2'))).toEqual([]);
});

it('is no step that did not run, or is not there any more', () => {
  expect(changedIn(pipeline(BASE.slice(0, 2)), pipeline(BASE))).toEqual([]);
  expect(changedIn(pipeline(BASE), pipeline(BASE.slice(0, 2)))).toEqual([]);
});

it('of a step with local modules goes by what stands in the notebook', () => {
  const ran = pipeline(BASE);
  const [one] = ran.steps;
  const known = { ...one!, modules: ['utils.py'], fingerprint: 'with the module in it' };
  const withModules = { ...ran, steps: [known, ...ran.steps.slice(1)] };
  expect(changedIn(withModules, pipeline(BASE))).toEqual([]);
  expect(changedIn(withModules, withCell(1, 'a = rate + 1'))).toEqual(['one']);
});
