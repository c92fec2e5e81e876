import { annotate, parseNotebook } from '../notebook';
import { createAnalyser, type Analyser } from '../python/dataflow';
import {
  caseNotebook,
  readCases,
  type Expectation,
  type FlowCase
} from '../testing/dataflow/caseFile';
import { askOracle, type Verdict } from '../testing/dataflow/oracle';
import { buildPipeline, type BuildResult } from './build';
import type { Step } from './model';

let analyser: Analyser;

beforeAll(async () => {
  analyser = createAnalyser();
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
    .filter(code => !['missing-dependency', 'module-state', 'unused-step'].includes(code));
  expect([...new Set(codes)].sort()).toEqual([...flowCase.finds].sort());
});

/** Those that can be run: nothing is wrong with them and all that they hand on can be handed on. */
function isRunnable(result: BuildResult): boolean {
  return result.diagnostics.every(
    ({ severity, code }) => severity !== 'error' && code !== 'cannot-pass'
  );
}

describe('run by Python', () => {
  const verdicts = new Map<string, Verdict>();

  beforeAll(() => {
    const questions = cases.flatMap(flowCase => {
      const result = build(flowCase);
      if (!isRunnable(result) || !result.pipeline) return [];
      const spare = Object.fromEntries(
        [...flowCase.steps].map(([name, step]) => [name, step.spare])
      );
      const { name, ipython } = flowCase;
      return [{ name, ipython, pipeline: result.pipeline, spare }];
    });
    askOracle(questions).forEach((verdict, index) => {
      verdicts.set(questions[index]!.name, verdict);
    });
  });

  test.each(cases.map(each => [each.name, each] as const))('%s', (name, flowCase) => {
    const verdict = verdicts.get(name);
    if (!verdict) {
      expect(isRunnable(build(flowCase))).toBe(false);
      return;
    }
    expect(verdict.problems).toEqual([]);
    expect(verdict.superfluous).toEqual([]);
    for (const [step, { prints }] of flowCase.steps) {
      expect(verdict.error[step]).toBeNull();
      if (prints !== '') expect(verdict.printed[step]).toBe(prints);
    }
  });
});

test('there are enough of them, and no name twice', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
