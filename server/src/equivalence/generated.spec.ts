import { bindParameters, type Pipeline, type Step } from '@chard/core/pipeline';
import { Pipelines } from './pipelines';
import { numRuns, samplePipelines } from './sample';

let pipelines: Pipelines;
beforeAll(async () => {
  pipelines = await Pipelines.open();
});
afterAll(() => pipelines.close());

jest.setTimeout(120_000);

/** The steps' cells as one step: what a kernel does when a person runs them from top to bottom. */
function asOneStep(pipeline: Pipeline, steps: readonly Step[]): Pipeline {
  const cells = steps.flatMap(({ code }) => code).sort((one, other) => one.cell - other.cell);
  const [first] = steps as [Step];
  const one: Step = {
    ...first,
    cells: cells.map(({ cell }) => cell),
    code: cells,
    after: [],
    inputs: [],
    outputs: [],
    leaves: [],
    imports: [],
    fingerprint: JSON.stringify(cells)
  };
  return { ...pipeline, steps: [one], metricsStep: null };
}

/** Whether each of these steps comes after the one before: what unordered steps do does not reach one another. */
function areInOneLine(pipeline: Pipeline, steps: readonly Step[]): boolean {
  return steps.every((step, index) => withAncestors(pipeline, step).length === index + 1);
}

/** A step and all steps above it, in notebook order. */
function withAncestors({ steps }: Pipeline, step: Step): Step[] {
  const wanted = new Set([step.name]);
  for (const { name, after } of [...steps].reverse()) {
    if (wanted.has(name)) {
      after.forEach(dependency => wanted.add(dependency.step));
    }
  }
  return steps.filter(({ name }) => wanted.has(name));
}

test('a chain of steps prints what one kernel prints, and again when it is reused', async () => {
  const chains = samplePipelines(pipelines, {});
  expect(chains).toHaveLength(numRuns);
  for (const pipeline of chains) {
    const kernel = await pipelines.run(asOneStep(pipeline, pipeline.steps), { cache: false });
    const expected = pipelines.cellPrints(kernel);
    const first = await pipelines.run(pipeline);
    expect([first.error, pipelines.cellPrints(first)]).toEqual([kernel.error, expected]);
    const again = await pipelines.run(pipeline);
    expect(again.steps.filter(({ cached }) => !cached)).toEqual([]);
    expect(pipelines.cellPrints(again)).toEqual(expected);
  }
});

test('with another parameter, what is reused and what is not together print what one kernel prints', async () => {
  for (const pipeline of samplePipelines(pipelines, {})) {
    await pipelines.run(pipeline);
    for (const values of [{ p: 9 }, { q: 40 }]) {
      const bound = bindParameters(pipeline, values).pipeline!;
      const kernel = await pipelines.run(asOneStep(bound, bound.steps), { cache: false });
      const rerun = await pipelines.run(bound);
      expect([rerun.error, pipelines.cellPrints(rerun)]).toEqual([
        kernel.error,
        pipelines.cellPrints(kernel)
      ]);
    }
  }
});

test('a step of any graph prints what a kernel prints that ran the line of its ancestors', async () => {
  for (const pipeline of samplePipelines(pipelines, { minimum: 2, maximum: 5, chain: false })) {
    const state = await pipelines.run(pipeline, { cache: false });
    if (state.error?.code === 'conflict') {
      continue;
    }
    expect(state.error).toBeNull();
    const prints = pipelines.cellPrints(state);
    for (const step of pipeline.steps) {
      const line = withAncestors(pipeline, step);
      if (!areInOneLine(pipeline, line)) {
        continue;
      }
      const alone = asOneStep(pipeline, line);
      const expected = pipelines.cellPrints(await pipelines.run(alone, { cache: false }));
      for (const cell of step.cells) {
        expect([step.name, cell, prints[cell]]).toEqual([step.name, cell, expected[cell]]);
      }
    }
  }
});
