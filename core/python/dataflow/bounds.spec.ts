import { annotate, parseNotebook } from '../../notebook';
import { buildPipeline } from '../../pipeline';
import { createAnalyser, type Analyser } from '.';
import { Executor } from './execute';
import { Heap, PROLOGUE } from './heap';
import { Machine } from './machine';

let analyser: Analyser;

beforeAll(async () => {
  analyser = createAnalyser();
});

/** Objects gone through, and objects made, for a cell. */
function workFor(source: string): { work: number; objects: number } {
  const heap = new Heap();
  heap.startStep(PROLOGUE);
  const machine = new Machine(heap, { incoming: () => null, available: () => [] });
  const executor = new Executor(machine);
  executor.runCell({ cell: 0, unit: analyser.module(source) });
  return { work: heap.work, objects: heap.checkpoint().count };
}

function repeated(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

/** A network as libraries want it written: layers kept in attributes, called through one another. */
const layers = (count: number): string =>
  `from lib import Base, layer, act\nclass Net(Base):\n  def __init__(self):\n    Base.__init__(self)\n` +
  repeated(count, index => `    self.l${index} = layer(${index})`) +
  `\n  def forward(self, x):\n` +
  repeated(count, index => `    x = self.l${index}(act(self.pool(x)))`) +
  `\n    return x\nnet = Net()\nfor epoch in range(2):\n  for i, batch in enumerate(lib_loader()):\n` +
  `    a, b = batch\n    out = net(a)\n    loss = criterion(out, b)\n    loss.backward()\n    step(net, loss)\n`;

/** Classes whose methods all call one another on objects that nobody knows. */
const tangle = (count: number): string =>
  repeated(
    count,
    index =>
      `class C${index}:\n  def run(self, other):\n` +
      repeated(count, each => `    other = other.run(C${each}()).m${each}(self)`) +
      `\n  def m${index}(self, x):\n    return x.run(self)`
  ) + `\nlibrary(C0())\nlibrary(C0())\n`;

/** Functions that all call all others. */
const mesh = (count: number): string =>
  repeated(
    count,
    index => `def f${index}(x):\n` + repeated(count, each => `  x = f${each}(x)`) + '\n  return x'
  ) + '\nresult = library(f0)\nresult = f0(result)\n';

describe.each([
  ['layers', layers],
  ['classes that call one another', tangle],
  ['functions that call one another', mesh]
])('the analysis of %s', (_, code) => {
  it('goes through no more than the budget, however much there is', () => {
    const small = workFor(code(6));
    const large = workFor(code(24));
    // Sixteen times the code; without bounds the ways through it are more than can be counted.
    expect(large.objects).toBeLessThan(64 * (small.objects + 50));
    expect(large.work).toBeLessThan(3_000_000);
  });
});

it('still sees what a function reads that only others reach when the budget is gone', () => {
  const cells = [
    ['step:a', 'rate = 3\nclass Model:\n  def fit(self, x):\n    return x * rate\nmodel = Model()'],
    ['step:b', `${tangle(12)}\nlibrary(model)\n`]
  ] as const;
  const text = JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(([tag, source], index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: { tags: index === 0 ? [tag] : [tag, 'prev:a'] },
      source: `from other import library\n${source}`,
      outputs: [],
      execution_count: null
    }))
  });
  const { notebook } = parseNotebook(text);
  const { pipeline } = buildPipeline({
    notebook: annotate(notebook!),
    analyser,
    modules: new Map(),
    name: 'case'
  });
  expect(pipeline?.steps[1]?.inputs.map(({ name }) => name).sort()).toEqual(['model', 'rate']);
});
