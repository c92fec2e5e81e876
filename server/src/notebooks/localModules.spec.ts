import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localModuleFinder } from './localModules';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-modules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, source: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), source);
}

const find = (name: string) => localModuleFinder(folder)(name);

it('finds files, packages and what is in them, as Python does', () => {
  write('plain.py', 'a = 1');
  write('package/__init__.py', 'b = 1');
  write('package/inner.py', 'c = 1');
  write('package.py', 'shadowed');
  expect(find('plain')).toEqual({ path: 'plain.py', source: 'a = 1' });
  expect(find('package')).toEqual({ path: 'package/__init__.py', source: 'b = 1' });
  expect(find('package.inner')).toEqual({ path: 'package/inner.py', source: 'c = 1' });
});

it('knows nothing of what is not there or is no Python file', () => {
  write('plain.py', '');
  mkdirSync(join(folder, 'folder.py'));
  write('huge.py', '#'.repeat(4 * 1024 * 1024 + 1));
  for (const name of ['numpy', 'plain.inner', 'folder', 'huge', 'x'.repeat(5000)]) {
    expect(find(name)).toBeNull();
  }
});
