// Times the compilation of a pipeline of 100 steps in a warm process and prints JSON: milliseconds, a median.
import { readFileSync } from 'node:fs';
import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline } from '@chard/core/pipeline';
import { createAnalyser } from '@chard/core/python/dataflow';
import { compileToKfp, packRunner, StrictCheck } from '@chard/core/targets/kfp';

const STEPS = 100;
const ROUNDS = 15;
/** Rounds before: V8 has compiled by then what is called often. */
const WARM_UP = 25;

const [, , descriptors, runner] = process.argv as string[];
const analyser = createAnalyser();
const strict = new StrictCheck(readFileSync(descriptors!));
const packedRunner = packRunner(
  JSON.parse(readFileSync(runner!, 'utf8')) as Record<string, string>
);

/** Ten lines a step; each takes a value from the step before and one from the first. */
function source(index: number): string {
  const before = index === 0 ? '[3, 1, 2]' : `result_${index - 1}`;
  return [
    `def clean_${index}(rows, limit=${index}):`,
    `    kept = [row for row in rows if row is not None and row < limit + 1000]`,
    `    return sorted(set(kept), reverse=True)`,
    `source_${index} = list(${before})`,
    `frame_${index} = {"values": source_${index}, "name": "step ${index}", "rate": rate}`,
    `for position, value in enumerate(source_${index}):`,
    `    frame_${index}["values"][position] = value * 2`,
    `result_${index} = clean_${index}(frame_${index}["values"])`,
    `total_${index} = sum(x ** 2 for x in result_${index} if x)`,
    `print("total", total_${index}, ${index > 1 ? 'total_0' : '0'})`
  ].join('\n');
}

const cells = [
  { tags: ['pipeline-parameters'], source: 'rate = 0.1' },
  ...Array.from({ length: STEPS }, (_, index) => ({
    tags: [`step:s${index}`, ...(index > 0 ? [`prev:s${index - 1}`] : [])],
    source: source(index)
  }))
];
const { notebook } = parseNotebook(
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(({ tags, source: text }, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: { tags },
      source: text,
      outputs: [],
      execution_count: null
    }))
  })
);
const { pipeline } = buildPipeline({
  notebook: annotate(notebook!),
  analyser,
  modules: new Map(),
  name: 'bench'
});

let bytes = 0;
function compile(): number {
  const start = performance.now();
  const { compiled } = compileToKfp({
    pipeline: pipeline!,
    analyser,
    modules: new Map(),
    notebook: 'bench.ipynb',
    folder: null,
    isBesideNotebook: () => false,
    runner: 'artifact',
    packedRunner,
    image: 'python:3.12',
    strict,
    version: 'bench'
  });
  const took = performance.now() - start;
  bytes = compiled!.text.length;
  return took;
}

Array.from({ length: WARM_UP }, compile);
const times = Array.from({ length: ROUNDS }, compile).sort((one, other) => one - other);
process.stdout.write(JSON.stringify({ milliseconds: times[Math.floor(ROUNDS / 2)], bytes }));
