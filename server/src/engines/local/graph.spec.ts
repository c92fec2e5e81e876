import * as fc from 'fast-check';
import { StepGraph } from './graph';
import { anyParents, pipelineOf, sketchPipeline } from './testing/pipelines';

it('knows all above and below each step', () => {
  fc.assert(
    fc.property(anyParents, rows => {
      const graph = new StepGraph(pipelineOf(rows));
      const above = rows.map(() => new Set<number>());
      rows.forEach((parents, index) => {
        for (const parent of parents) {
          above[index]?.add(parent);
          above[parent]?.forEach(each => above[index]?.add(each));
        }
      });
      rows.forEach((_, index) => {
        const names = graph.ancestors(`s${index}`).map(({ name }) => name);
        expect(names).toEqual([...(above[index] ?? [])].sort((a, b) => a - b).map(n => `s${n}`));
        rows.forEach((__, other) =>
          expect(graph.isAncestor(`s${other}`, `s${index}`)).toBe(above[index]?.has(other))
        );
      });
      expect(graph.descendants('s0').every(({ name }) => graph.isAncestor('s0', name))).toBe(true);
    })
  );
});

it('refuses steps in an impossible order', () => {
  const steps = { a: { code: '', after: ['b'] }, b: { code: '' } };
  expect(() => new StepGraph(sketchPipeline({ steps }))).toThrow(/topological/);
});
