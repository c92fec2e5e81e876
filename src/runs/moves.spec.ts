import type { Contents } from '@jupyterlab/services';
import { StateDB } from '@jupyterlab/statedb';
import { Signal } from '@lumino/signaling';
import { Moves, pathAfter } from './moves';

const MOVES = [
  { from: 'a/one.ipynb', to: 'a/two.ipynb', at: 10 },
  { from: 'a', to: 'b/c', at: 20 }
];

it.each([
  ['a/one.ipynb', 5, 'b/c/two.ipynb'],
  ['a/one.ipynb', 15, 'b/c/one.ipynb'],
  ['a/one.ipynb', 25, 'a/one.ipynb'],
  ['ab/one.ipynb', 5, 'ab/one.ipynb']
])('what was %s at %d is now %s', (path, since, now) => {
  expect(pathAfter(MOVES, path, since)).toBe(now);
});

it('hears of renames, and knows them after a reload', async () => {
  const owner = {};
  const fileChanged = new Signal<object, Contents.IChangedArgs>(owner);
  const contents = { fileChanged } as unknown as Contents.IManager;
  const state = new StateDB();
  const run = { notebook: 'n.ipynb', createdAt: Date.now() - 1000 };
  const moves = new Moves(contents, state);
  fileChanged.emit({ type: 'save', oldValue: null, newValue: { path: 'n.ipynb' } });
  fileChanged.emit({
    type: 'rename',
    oldValue: { path: 'n.ipynb' },
    newValue: { path: 'm.ipynb' }
  });
  expect(moves.pathOf(run)).toBe('m.ipynb');
  await moves.saved;
  const after = new Moves(contents, state);
  await after.saved;
  expect(after.pathOf(run)).toBe('m.ipynb');
  expect(after.pathOf({ ...run, createdAt: Date.now() + 1000 })).toBe('n.ipynb');
});
