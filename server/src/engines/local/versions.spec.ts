import { StepGraph } from './graph';
import { sketchPipeline } from './testing/pipelines';
import { storedValues, Versions } from './versions';

test('what shares an object since then comes from the group that says so, whoever passed an older one on', () => {
  const graph = new StepGraph(
    sketchPipeline({
      steps: {
        a: { code: '', leaves: ['ys', 'e'] },
        b: { code: '', after: ['a'], takes: { ys: ['a'], e: ['a'] }, leaves: ['ys', 'e'] },
        c: { code: '', after: ['b'], takes: { ys: ['a'] } },
        d: { code: '', after: ['c'], takes: { ys: ['b'], e: ['b'] } }
      }
    })
  );
  const versions = new Versions(graph);
  const finish = (step: string, left: [name: string, digest: string, group: string][]) => {
    const received = versions.receive(step);
    const reported = left.map(([name, digest, group]) => ({
      name,
      digest,
      group,
      bytes: 1,
      type: 'list',
      repr: '',
      globals: [],
      refused: null,
      unchanged: received.values.get(name)?.group === group
    }));
    versions.finish(step, received, storedValues(step, received, reported));
  };
  finish('a', [
    ['ys', '1', 'ys of a'],
    ['e', '2', 'e of a']
  ]);
  // e["list"] = ys
  finish('b', [
    ['ys', '1', 'both of b'],
    ['e', '3', 'both of b']
  ]);
  // print(ys)
  finish('c', [['ys', '1', 'ys of a']]);
  const { values } = versions.receive('d');
  expect([values.get('ys')?.group, values.get('e')?.group]).toEqual(['both of b', 'both of b']);
});

test('a name that a step got and deleted is not among what it left, nor does a step below get it', () => {
  const graph = new StepGraph(
    sketchPipeline({
      steps: {
        a: { code: '', leaves: ['x', 'y'] },
        b: { code: '', after: ['a'], takes: { x: ['a'], y: ['a'] }, leaves: ['x'] },
        c: { code: '', after: ['b'], takes: { x: ['b'], y: ['a'] } }
      }
    })
  );
  const versions = new Versions(graph);
  const there = { bytes: 1, type: 'int', repr: '', globals: [], refused: null, unchanged: false };
  const x = { ...there, name: 'x', digest: '1', group: 'x of a' };
  const y = { ...there, name: 'y', digest: '2', group: 'y of a' };
  const first = versions.receive('a');
  versions.finish('a', first, storedValues('a', first, [x, y]));
  const second = versions.receive('b');
  const deleted = { ...x, digest: '', group: null, bytes: 0, type: '' };
  versions.finish('b', second, storedValues('b', second, [deleted]));
  expect([...versions.receivedBy('b').keys()]).toEqual(['x', 'y']);
  expect([...versions.leftBy('b').keys()]).toEqual(['y']);
  const third = versions.receive('c');
  expect([...third.values.keys()]).toEqual(['y']);
  expect(third.warnings.map(({ code }) => code)).toEqual(['input-not-bound']);
});
