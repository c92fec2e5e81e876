/** @jest-environment node */
import { annotate, parseNotebook } from '@chard/core/notebook';
import {
  buildPipeline,
  METRICS_STEP,
  type LocalModules,
  type Pipeline
} from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';
import { isChanged } from './stepChange';

let analyser: Analyser;
beforeAll(async () => {
  analyser = createAnalyser();
});

function pipeline(
  cells: readonly [source: string, tag: string][],
  modules: LocalModules = new Map()
): Pipeline {
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
  return buildPipeline({ notebook: annotated, analyser, modules, name: 'x' }).pipeline!;
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
const changedIn = (ran: Pipeline, now: Pipeline, knowsModules = true): string[] =>
  NAMES.filter(name => isChanged(ran, now, name, knowsModules));

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

describe('of a step that imports a module beside the notebook', () => {
  const cells: [string, string][] = [
    ['import utils', 'imports'],
    ['a = utils.f()', 'step:one'],
    ['b = a', 'step:two']
  ];
  const utils = (body: string): LocalModules =>
    new Map([['utils', { path: 'utils.py', source: `def f():\n    return ${body}\n` }]]);

  it('is one whose module says something else', () => {
    const ran = pipeline(cells, utils('1'));
    expect(changedIn(ran, pipeline(cells, utils('1')))).toEqual([]);
    expect(changedIn(ran, pipeline(cells, utils('2')))).toContain('one');
    expect(changedIn(ran, pipeline(cells))).toContain('one');
  });

  it('goes by what stands in the notebook until the modules are known', () => {
    const ran = pipeline(cells, utils('1'));
    expect(changedIn(ran, pipeline(cells), false)).toEqual([]);
    const edited = cells.map(([source, tag]): [string, string] => [
      source.replace('f()', 'f() + 1'),
      tag
    ]);
    expect(changedIn(ran, pipeline(edited), false)).toEqual(['one']);
  });
});
