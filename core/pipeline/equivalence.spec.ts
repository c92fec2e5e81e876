import * as fc from 'fast-check';
import { annotate, parseNotebook } from '../notebook';
import { createAnalyser, type Analyser } from '../python/dataflow';
import { caseNotebook } from '../testing/dataflow/caseFile';
import { generatedNotebook, type GeneratedNotebook } from '../testing/dataflow/generate';
import { askOracle, type Question, type Verdict } from '../testing/dataflow/oracle';
import { buildPipeline } from './build';

let analyser: Analyser;

beforeAll(async () => {
  analyser = createAnalyser();
});

function question(generated: GeneratedNotebook): Question | null {
  const { notebook } = parseNotebook(caseNotebook(generated));
  if (!notebook) throw new Error('what was generated is not a notebook');
  const { pipeline, diagnostics } = buildPipeline({
    notebook: annotate(notebook),
    analyser,
    modules: new Map(),
    name: 'generated'
  });
  const isRefused = diagnostics.some(({ severity }) => severity === 'error');
  if (!pipeline || isRefused) return null;
  const everything = pipeline.steps.map(({ name, inputs, imports }): [string, string[]] => [
    name,
    [...inputs, ...imports].map(each => each.name)
  ]);
  return {
    name: 'generated',
    ipython: false,
    pipeline,
    onlyInputs: true,
    spare: Object.fromEntries(everything)
  };
}

const seed = Number(process.env.FC_SEED ?? 20_260_101);
const runs = Number(process.env.FC_RUNS ?? 150);

interface Counts {
  /** Pipelines that were built without an error. */
  readonly built: number;
  /** Of those, the ones where a join found that both its sides had changed a name. */
  readonly conflicts: number;
}

/** Runs many notebooks in one Python process; the shortest failing one is shown with its cells. */
function check(notebooks: readonly GeneratedNotebook[]): Counts {
  const questions = notebooks.flatMap(notebook => {
    const asked = question(notebook);
    return asked ? [{ asked, notebook }] : [];
  });
  const verdicts = askOracle(questions.map(({ asked }) => asked));
  const isConflict = ({ error }: Verdict): boolean =>
    Object.values(error).some(each => each?.startsWith('Conflict'));
  const failing = verdicts.flatMap((verdict, index) => {
    if (verdict.problems.length === 0 || isConflict(verdict)) return [];
    const { cells, steps } = questions[index]!.notebook;
    const shown = cells
      .slice(1)
      .map(({ name, source }) => `# ${name} after ${steps.get(name)?.after.join(' ')}\n${source}`);
    return [{ problems: verdict.problems, cells: shown }];
  });
  failing.sort((one, other) => one.cells.join().length - other.cells.join().length);
  expect(failing.slice(0, 1)).toEqual([]);
  return { built: questions.length, conflicts: verdicts.filter(isConflict).length };
}

test('a chain of steps gives what the notebook gives', () => {
  const { built, conflicts } = check(fc.sample(generatedNotebook(), { numRuns: runs, seed }));
  expect(built).toBe(runs);
  expect(conflicts).toBe(0);
});

test('a step of any graph sees what its ancestors left', () => {
  const graphs = generatedNotebook({ minimum: 2, maximum: 6, chain: false });
  const { built, conflicts } = check(fc.sample(graphs, { numRuns: runs, seed }));
  expect(built).toBeGreaterThan(runs / 3);
  expect(conflicts).toBeLessThan(built / 2);
});
