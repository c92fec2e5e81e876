import * as fc from 'fast-check';
import { StepGraph } from './graph';
import { sketchPipeline, type StepSketch } from './testing/pipelines';

it('knows all above and below each step', () => {
  const anyGraph = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 70 })
    .map(rows => rows.map((picks, index) => (index === 0 ? [] : picks.map(pick => pick % index))));
  fc.assert(
    fc.property(anyGraph, rows => {
      const sketches: Record<string, StepSketch> = {};
      rows.forEach((parents, index) => {
        sketches[`s${index}`] = { code: '', after: [...new Set(parents)].map(each => `s${each}`) };
      });
      const graph = new StepGraph(sketchPipeline({ steps: sketches }));
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
