import * as fc from 'fast-check';
import { StepGraph } from '../graph';
import { anyParents, pipelineOf } from '../testing/pipelines';
import { UnfinishedSteps } from './unfinished';

const anyRun = fc.record({
  rows: anyParents,
  /** Steps that an earlier process has finished, as far as all above them were. */
  finished: fc.array(fc.boolean(), { minLength: 70, maxLength: 70 }),
  /** Which of those that are under way ends next. */
  order: fc.infiniteStream(fc.nat())
});

it('lets each step begin once, when all above it have succeeded, in whatever order they do', () => {
  fc.assert(
    fc.property(anyRun, ({ rows, finished, order }) => {
      const graph = new StepGraph(pipelineOf(rows));
      const unfinished = new UnfinishedSteps(graph);
      const succeeded = new Set<string>();
      for (const [index, { name }] of graph.steps.entries()) {
        const isFinished =
          finished[index] === true && graph.parents(name).every(each => succeeded.has(each));
        if (isFinished) succeeded.add(name);
        else unfinished.add(name);
      }
      const before = succeeded.size;
      const begun: string[] = [];
      const underway = unfinished.ready();
      begun.push(...underway);
      while (underway.length > 0) {
        const pick = order.next().value % underway.length;
        const [name] = underway.splice(pick, 1) as [string];
        expect(graph.ancestors(name).every(above => succeeded.has(above.name))).toBe(true);
        succeeded.add(name);
        const next = unfinished.succeed(name);
        begun.push(...next);
        underway.push(...next);
      }
      expect(unfinished.size).toBe(0);
      expect(new Set(begun).size).toBe(begun.length);
      expect(begun.length + before).toBe(rows.length);
    })
  );
});

it('lets nothing begin below a step that is gone', () => {
  const unfinished = new UnfinishedSteps(new StepGraph(pipelineOf([[], [], [0, 1], [1]])));
  for (const name of ['s0', 's1', 's2', 's3']) unfinished.add(name);
  expect(unfinished.ready()).toEqual(['s0', 's1']);
  expect(unfinished.below('s0').map(({ name }) => name)).toEqual(['s2']);
  unfinished.remove('s0');
  unfinished.remove('s2');
  expect(unfinished.succeed('s1')).toEqual(['s3']);
  expect(unfinished.names()).toEqual(['s3']);
});
