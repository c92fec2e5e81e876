// Times the analysis of a notebook in a warm process and prints JSON: milliseconds, medians.
import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline } from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';

const CELLS_PER_STEP = 5;
const ROUNDS = 15;
/** Rounds before: V8 has compiled by then what is called often. */
const WARM_UP = 15;

/** Ten lines as data scientists write them: a function, a loop, calls, a comprehension. */
function cell(index: number): string {
  const before = index === 0 ? '[1, 2, 3]' : `result_${index - 1}`;
  return [
    `def clean_${index}(rows, limit=${index}):`,
    `    kept = [row for row in rows if row is not None and row < limit + 1000]`,
    `    return sorted(set(kept), reverse=True)`,
    `source_${index} = list(${before})`,
    `frame_${index} = {"values": source_${index}, "name": f"cell {${index}}"}`,
    `for position, value in enumerate(source_${index}):`,
    `    frame_${index}["values"][position] = value * 2`,
    `result_${index} = clean_${index}(frame_${index}["values"])`,
    `total_${index} = sum(x ** 2 for x in result_${index} if x)`,
    `print("total", total_${index}, len(result_${index}))`
  ].join('\n');
}

/** Five cells a step, the steps in a chain: each name is taken from the step before. */
function tags(index: number): string[] {
  const step = Math.floor(index / CELLS_PER_STEP);
  if (index % CELLS_PER_STEP > 0) {
    return [];
  }
  return [`step:s${step}`, ...(step > 0 ? [`prev:s${step - 1}`] : [])];
}

function notebook(cells: number, edited = -1): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: Array.from({ length: cells }, (_, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: { tags: tags(index) },
      source: cell(index) + (index === edited ? `\nedited = ${Math.random()}` : ''),
      outputs: [],
      execution_count: null
    }))
  });
}

function build(text: string, analyser: Analyser): number {
  const parsed = parseNotebook(text);
  if (parsed.notebook === null) {
    throw new Error(JSON.stringify(parsed.diagnostics));
  }
  const annotated = annotate(parsed.notebook);
  const start = performance.now();
  const { pipeline, diagnostics } = buildPipeline({
    notebook: annotated,
    analyser,
    modules: new Map(),
    name: 'bench'
  });
  const took = performance.now() - start;
  if (pipeline === null || diagnostics.some(({ severity }) => severity === 'error')) {
    throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  }
  return took;
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

/** Nothing of the notebook has been read before. */
function whole(cells: number): number {
  const text = notebook(cells);
  const take = () => build(text, createAnalyser());
  Array.from({ length: WARM_UP }, take);
  return median(Array.from({ length: ROUNDS }, take));
}

/** All but one cell is as it was. */
function edited(cells: number): number {
  const analyser = createAnalyser();
  build(notebook(cells), analyser);
  const middle = Math.floor(cells / 2);
  const take = () => build(notebook(cells, middle), analyser);
  Array.from({ length: WARM_UP }, take);
  return median(Array.from({ length: ROUNDS }, take));
}

process.stdout.write(
  JSON.stringify({
    whole100: whole(100),
    whole1000: whole(1000),
    edited100: edited(100)
  })
);
