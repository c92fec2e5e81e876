import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from './makeFolders';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-folders-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const failsWith = (code: string): Error => expect.objectContaining({ code }) as Error;

it('makes a folder and those above it, once', () => {
  const path = join(base, 'a/b/c');
  makeFolders(path, 0o700);
  makeFolders(path, 0o700);
  for (const made of ['a', 'a/b', 'a/b/c']) {
    const found = statSync(join(base, made));
    expect([found.isDirectory(), found.mode & 0o777]).toEqual([true, 0o700]);
  }
});

it('says what stands in the way', () => {
  const file = join(base, 'file');
  writeFileSync(file, 'in the way');
  expect(() => makeFolders(file)).toThrow(failsWith('EEXIST'));
  expect(() => makeFolders(join(file, 'a/b'))).toThrow(failsWith('ENOTDIR'));
});

(process.platform === 'linux' ? it : it.skip)('gives up where none can be made', () => {
  expect(() => makeFolders('/proc/chard/a/b')).toThrow(failsWith('ENOENT'));
});
