import type { Contents } from '@jupyterlab/services';
import { folderIn, freeFolder } from './freeFolder';

const holding = (...names: string[]): Contents.IManager =>
  ({ get: () => Promise.resolve({ content: names.map(name => ({ name })) }) }) as never;

it.each([
  [['digits.ipynb'], 'work/digits-run-3'],
  [['digits-run-3'], 'work/digits-run-3-1'],
  [['digits-run-3', 'digits-run-3-1'], 'work/digits-run-3-2']
])('beside %j it is %s', async (names, free) => {
  expect(await freeFolder(holding(...names), 'work/digits-run-3')).toBe(free);
});

it('is the one that was wanted where nothing can be looked at', async () => {
  const broken = { get: () => Promise.reject(new Error('gone')) } as never;
  expect(await freeFolder(broken, 'gone/x')).toBe('gone/x');
});

it.each([
  [' /copies/digits/ ', 'copies/digits'],
  ['/', null],
  ['', null]
])('takes %j as %j', (text, folder) => {
  expect(folderIn(text)).toBe(folder);
});
