import { runSummary, stepState } from '@chard/core/run';
import { Bench, runRequest } from './testing/bench';
import { sketchPipeline } from './testing/pipelines';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

const chain = (second = 'b = a + 1\nprint("b is", b)') =>
  sketchPipeline({
    steps: {
      first: { code: 'a = 1', outputs: ['a'] },
      second: { code: second, after: ['first'], takes: { a: ['first'] }, outputs: ['b'] }
    },
    metrics: [{ name: 'b', expression: 'b', cell: 3 }],
    metricsStep: { code: 'pass', after: ['second'], takes: { b: ['second'] } }
  });

it('runs steps in order and reports values, output and metrics', async () => {
  const { finished, id } = await bench.engine().start(runRequest(bench.folder, chain()));
  const state = await finished;
  expect(runSummary(state)).toMatchObject({
    id,
    state: 'succeeded',
    metrics: { b: 2 },
    steps: [
      { name: 'first', state: 'succeeded', cached: false, why: 'no earlier result', error: null },
      { name: 'second', state: 'succeeded', cached: false }
    ]
  });
  expect(stepState(state, 'second')?.values).toMatchObject([{ name: 'b', origin: 'second' }]);
  const text = bench.stores.runs
    .read(id, { step: 'second' })
    .flatMap(event => (event.type === 'output' ? [event.text] : []));
  expect(text.join('')).toBe('b is 2\n');
  expect(bench.stores.leases.all()).toEqual([]);
});
