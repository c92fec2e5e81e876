import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Root } from './root';

let folder: string;
let root: Root;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-root-'));
  mkdirSync(join(folder, 'real/inner'), { recursive: true });
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside/x.ipynb'), '');
  writeFileSync(join(folder, 'real/n.ipynb'), '');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  root = new Root(join(folder, 'link'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = expect.objectContaining({ code: 'path-outside-root' });

it('gives what is below it, there or not', () => {
  expect(root.resolve('n.ipynb')).toBe(join(folder, 'real/n.ipynb'));
  expect(root.resolve('inner/later/x.ipynb')).toBe(join(folder, 'real/inner/later/x.ipynb'));
});

it('follows a link that stays inside', () => {
  symlinkSync('../n.ipynb', join(folder, 'real/inner/alias.ipynb'));
  expect(root.resolve('inner/alias.ipynb')).toBe(join(folder, 'real/inner/alias.ipynb'));
});

it.each([
  ['the folder above', '../outside/x.ipynb'],
  ['itself', '.'],
  ['nothing', ''],
  ['a neighbour whose name begins like its own', '../real2/x']
])('refuses %s', (_, path) => expect(() => root.resolve(path)).toThrow(refused));

it('refuses links that lead out: of a file, of a folder, to nowhere yet', () => {
  symlinkSync(join(folder, 'outside/x.ipynb'), join(folder, 'real/file.ipynb'));
  symlinkSync(join(folder, 'outside'), join(folder, 'real/folder'));
  symlinkSync(join(folder, 'outside/later'), join(folder, 'real/dangling'));
  for (const path of ['file.ipynb', 'folder/x.ipynb', 'folder/none/x', 'dangling']) {
    expect(() => root.resolve(path)).toThrow(refused);
  }
});

it('names what is below it by its real path and by the one it was given', () => {
  expect(root.relative(join(folder, 'real/inner/x.ipynb'))).toBe('inner/x.ipynb');
  expect(root.relative(join(folder, 'link/inner/x.ipynb'))).toBe('inner/x.ipynb');
  expect(root.relative(join(folder, 'outside/x.ipynb'))).toBeNull();
  expect(root.relative(join(folder, 'real2/x.ipynb'))).toBeNull();
});

it('has to be there', () => {
  expect(() => new Root(join(folder, 'none'))).toThrow(
    expect.objectContaining({ code: 'root-missing' })
  );
});
