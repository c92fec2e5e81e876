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
