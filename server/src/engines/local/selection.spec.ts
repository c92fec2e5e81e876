import { StepGraph } from './graph';
import { selectParts } from './selection';
import { sketchPipeline } from './testing/pipelines';

// a -> b -> c -> @metrics;  x -> c;  y alone
const graph = new StepGraph(
  sketchPipeline({
    steps: {
      a: { code: '' },
      x: { code: '' },
      b: { code: '', after: ['a'] },
      y: { code: '' },
      c: { code: '', after: ['x', 'b'] }
    },
    metricsStep: { code: '', after: ['c'] }
  })
);
const parts = (options: { from?: string; only?: string }) =>
  Object.fromEntries(
    selectParts(graph, { cache: true, base: null, from: null, only: null, ...options })
  );

it('runs everything where nothing is chosen', () => {
  expect(new Set(Object.values(parts({})))).toEqual(new Set(['run']));
});

it('runs a step and those below anew, takes what they need, and leaves the rest', () => {
  expect(parts({ from: 'b' })).toEqual({
    a: 'take',
    x: 'take',
    b: 'force',
    y: 'omit',
    c: 'force',
    '@metrics': 'force'
  });
});

it('runs a step alone', () => {
  expect(parts({ only: 'b' })).toEqual({
    a: 'take',
    x: 'omit',
    b: 'force',
    y: 'omit',
    c: 'omit',
    '@metrics': 'omit'
  });
});

it.each(['none', '@metrics'])('does not know the step %s', only => {
  expect(() => parts({ only })).toThrow(
    expect.objectContaining({ code: 'step-unknown', exitCode: 2 })
  );
});
