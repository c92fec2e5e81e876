import * as fc from 'fast-check';
import { annotate, parseNotebook } from '../notebook';
import { createAnalyser } from '../python/dataflow';
import { caseNotebook } from '../testing/dataflow/caseFile';
import { generatedNotebook } from '../testing/dataflow/generate';
import { buildPipeline, type BuildInput, type BuildResult } from './build';

test('building again after edits gives what building anew gives', async () => {
  const build = (notebook: string, analyser: BuildInput['analyser']): BuildResult => {
    const parsed = parseNotebook(notebook).notebook;
    if (!parsed) throw new Error('what was generated is not a notebook');
    return buildPipeline({ notebook: annotate(parsed), analyser, modules: new Map(), name: 'x' });
  };
  const edit = fc.record({
    cell: fc.nat(),
    line: fc.constantFrom('n = 5', 'xs = ys', 'box.push(1)', 'del g', 'print(q)')
  });
  fc.assert(
    fc.property(
      generatedNotebook({ minimum: 2, maximum: 6, chain: false }),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      (generated, edits) => {
        const kept = createAnalyser();
        build(caseNotebook(generated), kept);
        const cells = generated.cells.map(cell => ({ ...cell }));
        for (const { cell, line } of edits) {
          const edited = cells[cell % cells.length]!;
          cells[cell % cells.length] = { ...edited, source: `${edited.source}\n${line}` };
          const text = caseNotebook({ cells, steps: generated.steps });
          expect(build(text, kept)).toEqual(build(text, createAnalyser()));
        }
      }
    ),
    { numRuns: 40, seed: 20_260_101 }
  );
});
