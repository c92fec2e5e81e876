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
  const line = fc.constantFrom(
    'n = 5',
    'xs = ys',
    'box.push(1)',
    'del g',
    'print(q)',
    '# a remark',
    'print([1, 2], sorted(xs))',
    'extra = {"a": [1]}',
    'extra = [ys]',
    'late = lambda v: v + n',
    'class Late(Player): pass',
    'globals()["n"]'
  );
  const edit = fc.record({ cell: fc.nat(), at: fc.constantFrom('start', 'end', 'undo'), line });
  fc.assert(
    fc.property(
      generatedNotebook({ minimum: 2, maximum: 6, chain: false }),
      fc.array(edit, { minLength: 1, maxLength: 6 }),
      (generated, edits) => {
        const kept = createAnalyser();
        build(caseNotebook(generated), kept);
        const cells = generated.cells.map(cell => ({ ...cell }));
        for (const { cell, at, line: added } of edits) {
          const index = cell % cells.length;
          const { name, source } = cells[index]!;
          const edited = {
            start: `${added}\n${source}`,
            end: `${source}\n${added}`,
            undo: generated.cells[index]!.source
          };
          cells[index] = { name, source: edited[at] };
          const text = caseNotebook({ cells, steps: generated.steps });
          expect(build(text, kept)).toEqual(build(text, createAnalyser()));
        }
      }
    ),
    { numRuns: Number(process.env.FC_RUNS ?? 50), seed: Number(process.env.FC_SEED ?? 20_260_101) }
  );
});
