import { annotate, parseNotebook } from '../notebook';
import { createAnalyser, type Analyser } from '../python/dataflow';
import {
  caseNotebook,
  readCases,
  type Expectation,
  type FlowCase
} from '../testing/dataflow/caseFile';
import { testParser } from '../testing/dataflow/python';
import { buildPipeline, type BuildResult } from './build';
import type { Step } from './model';

let analyser: Analyser;

beforeAll(async () => {
  analyser = createAnalyser(await testParser());
});

function build(flowCase: FlowCase): BuildResult {
  const { notebook } = parseNotebook(caseNotebook(flowCase));
  if (!notebook) throw new Error(`${flowCase.name} is not a notebook`);
  return buildPipeline({
    notebook: annotate(notebook),
    analyser,
    modules: new Map(),
    name: 'case'
  });
}

function stepsOf({ pipeline }: BuildResult): Step[] {
  if (!pipeline) return [];
  return pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
}

function found(step: Step): Omit<Expectation, 'after' | 'spare' | 'prints'> {
  const derived = step.after.filter(({ declared }) => !declared).map(({ step: on }) => on);
  return {
    takes: Object.fromEntries(step.inputs.map(({ name, from }) => [name, from])),
    imports: step.imports.map(({ name }) => name).sort(),
    derives: step.name === '@metrics' ? [] : derived.sort()
  };
}

const cases = readCases();

test.each(cases.map(each => [each.name, each] as const))('%s', (_, flowCase) => {
  const result = build(flowCase);
  const expected = Object.fromEntries(
    [...flowCase.steps].map(([name, { takes, imports, derives }]) => [
      name,
      { takes, imports: [...imports].sort(), derives: [...derives].sort() }
    ])
  );
  expect(Object.fromEntries(stepsOf(result).map(step => [step.name, found(step)]))).toEqual(
    expected
  );
  const codes = result.diagnostics
    .map(({ code }) => code)
    .filter(code => code !== 'missing-dependency' && code !== 'module-state');
  expect([...new Set(codes)].sort()).toEqual([...flowCase.finds].sort());
});

test('there are enough of them, and no name twice', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
