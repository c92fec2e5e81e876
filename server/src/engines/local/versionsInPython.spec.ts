import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Pipeline } from '@chard/core/pipeline';
import type { RunnerValue } from '@chard/core/protocol';
import type { StoredValue } from '@chard/core/run';
import { StepGraph } from './graph';
import { PYTHON, REAL_RUNNER } from './testing/bench';
import { sketchPipeline } from './testing/pipelines';
import { storedValues, Versions } from './versions';

/** The same rule stands in the runner, for containers: both must decide alike on any graph. */

const names = ['x', 'y', 'z', '@random'];
const name = fc.constantFrom(...names);

interface Draft {
  readonly after: number[];
  readonly takes: [string, number[]][];
  readonly reported: {
    name: string;
    digest: string;
    group: string;
    unchanged: boolean;
    globals: string[];
    isThere: boolean;
  }[];
  readonly leaves: string[];
}

const draft: fc.Arbitrary<Draft> = fc.record({
  after: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
  takes: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom('x', 'y', 'z'),
      fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 })
    ),
    { selector: ([each]) => each, maxLength: 2 }
  ),
  reported: fc.uniqueArray(
    fc.record({
      name,
      digest: fc.constantFrom('d1', 'd2', 'd3', 'd4'),
      group: fc.constantFrom('g1', 'g2', 'g3'),
      unchanged: fc.boolean(),
      globals: fc.subarray(['y', 'z'], { maxLength: 1 }),
      isThere: fc.boolean()
    }),
    { selector: each => each.name, maxLength: 4 }
  ),
  leaves: fc.subarray(names)
});

interface Step {
  name: string;
  after: string[];
  inputs: { name: string; from: string; candidates: string[] }[];
  outputs: string[];
  leaves: string[];
  reported: RunnerValue[];
}

function stepsOf(drafts: readonly Draft[]): Step[] {
  const above: Set<number>[] = [];
  return drafts.map(({ after, takes, reported, leaves }, index) => {
    const parents = [...new Set(after.filter(() => index > 0).map(each => each % index))].sort();
    const ancestors = new Set(parents.flatMap(parent => [parent, ...above[parent]!]));
    above.push(ancestors);
    const inputs = takes.flatMap(([input, candidates]) => {
      const found = [...new Set(candidates.filter(() => index > 0).map(each => each % index))];
      const reachable = found.filter(each => ancestors.has(each)).sort();
      const steps = reachable.map(each => `s${each}`);
      return steps.length === 0 ? [] : [{ name: input, from: steps.at(-1)!, candidates: steps }];
    });
    return {
      name: `s${index}`,
      after: parents.map(each => `s${each}`),
      inputs,
      outputs: [],
      leaves,
      reported: reported.map(value => ({
        name: value.name,
        digest: isThere(value) ? value.digest : '',
        group: isThere(value) ? value.group : null,
        bytes: 1,
        type: isThere(value) ? 'int' : '',
        repr: '',
        globals: isThere(value) ? value.globals : [],
        refused: null,
        unchanged: isThere(value) && value.unchanged
      }))
    };
  });
}

/** Hidden state is never deleted. */
function isThere(value: Draft['reported'][number]): boolean {
  return value.isThere || value.name.startsWith('@');
}

function plain(values: ReadonlyMap<string, StoredValue>): object {
  return Object.fromEntries(
    [...values]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([each, value]) => [each, [value.origin, value.digest, value.group]])
  );
}

function play(steps: readonly Step[]): unknown[] {
  const sketch = sketchPipeline({
    steps: Object.fromEntries(
      steps.map(step => [
        step.name,
        {
          code: '',
          after: step.after,
          takes: Object.fromEntries(step.inputs.map(each => [each.name, each.candidates])),
          outputs: step.outputs,
          leaves: step.leaves
        }
      ])
    )
  });
  const pipeline: Pipeline = sketch;
  const versions = new Versions(new StepGraph(pipeline));
  const answers: unknown[] = [];
  for (const step of steps) {
    const received = versions.receive(step.name);
    const answer = {
      values: plain(received.values),
      conflict: received.conflict && [received.conflict.name, received.conflict.origins],
      warnings: [...new Set(received.warnings.map(({ message }) => message))].sort()
    };
    if (received.conflict !== null) {
      answers.push({ ...answer, left: null });
      break;
    }
    versions.finish(step.name, received, storedValues(step.name, received, step.reported));
    answers.push({ ...answer, left: plain(versions.leftBy(step.name)) });
  }
  return answers;
}

test('the runner in a container decides as the engine does', () => {
  const graphs = fc
    .sample(fc.array(draft, { minLength: 2, maxLength: 10 }), { numRuns: 2000, seed: 5 })
    .map(stepsOf);
  const { stdout, stderr } = spawnSync(PYTHON, [join(REAL_RUNNER, 'tests/kfp_versions.py')], {
    input: graphs.map(steps => JSON.stringify(steps)).join('\n'),
    env: { ...process.env, PYTHONPATH: REAL_RUNNER },
    encoding: 'utf8',
    maxBuffer: 1 << 28
  });
  expect(stderr).toBe('');
  const answers = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown[]);
  expect(answers).toHaveLength(graphs.length);
  graphs.forEach((steps, index) => {
    expect({ steps, answers: answers[index] }).toEqual({ steps, answers: play(steps) });
  });
  const conflicts = answers
    .flat()
    .filter(answer => (answer as { conflict: unknown }).conflict !== null);
  expect(conflicts.length).toBeGreaterThan(20);
});
