import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stepIgnores } from './ignores';
import { changedPaths, scanManifest, type Manifest } from './scan';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-scan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scan = (rules = '', limit = 1000): Promise<Manifest> =>
  scanManifest(folder, { ignores: stepIgnores(rules, new Set(['notebook.ipynb'])), limit });
const paths = ({ files }: Manifest): string[] => [...files.keys()].sort();

it('lists files, links as links and empty folders, and passes pipes over', async () => {
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'a/b/x'), 'x');
  writeFileSync(join(folder, 'notebook.ipynb'), '{}');
  symlinkSync('..', join(folder, 'a/loop'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const manifest = await scan();
  expect(paths(manifest)).toEqual(['a/b/x', 'a/loop', 'empty']);
  expect(manifest.files.get('a/loop')).toMatchObject({ kind: 'link', target: '..' });
  expect(manifest).toMatchObject({ problems: [], isCut: false });
});

it('stops at the limit', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
  expect((await scan('', 3)).isCut).toBe(false);
  expect((await scan('', 2)).isCut).toBe(true);
});

it('says that a folder is not there', async () => {
  rmSync(folder, { recursive: true });
  expect(paths(await scan())).toEqual([]);
});

it('names files whose names are not UTF-8', async () => {
  execFileSync('python3', [
    '-c',
    'import sys,os; open(os.fsencode(sys.argv[1])+b"/\\xff","w")',
    folder
  ]);
  expect((await scan()).problems).toMatchObject([{ message: expect.stringContaining('UTF-8') }]);
});

it('follows rules in the form of .gitignore', async () => {
  for (const path of ['data/a.csv', 'data/keep.csv', 'logs/x', 'y.log']) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  expect(paths(await scan('data/*\n!data/keep.csv\n/logs\n*.log\n'))).toEqual(['data/keep.csv']);
});

it('finds what has changed', async () => {
  for (const name of ['same', 'longer', 'later', 'gone']) writeFileSync(join(folder, name), name);
  const before = await scan();
  writeFileSync(join(folder, 'longer'), 'and longer');
  utimesSync(join(folder, 'later'), 1, 1);
  rmSync(join(folder, 'gone'));
  writeFileSync(join(folder, 'new'), '');
  expect(changedPaths(before, await scan())).toEqual(['gone', 'later', 'longer', 'new']);
});
