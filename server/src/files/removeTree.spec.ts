import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './removeTree';

const NOBODY = 65534;

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-tree-'));
});
afterEach(() => removeTree(base));

/** Permissions do not stop root. */
function asSomebody(what: () => void): void {
  if (process.geteuid?.() !== 0) return what();
  process.seteuid?.(NOBODY);
  try {
    what();
  } finally {
    process.seteuid?.(0);
  }
}

function makeFolder(path: string): string {
  mkdirSync(path);
  if (process.geteuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  return path;
}

it('removes folders that are closed to their owner', () => {
  if (process.geteuid?.() === 0) chmodSync(base, 0o777);
  const tree = makeFolder(join(base, 'tree'));
  const closed = makeFolder(join(tree, 'closed'));
  const readOnly = makeFolder(join(tree, 'read-only'));
  writeFileSync(join(readOnly, 'file'), '');
  chmodSync(closed, 0);
  chmodSync(readOnly, 0o555);
  asSomebody(() => removeTree(tree));
  expect(existsSync(tree)).toBe(false);
});

it('leaves alone what a link leads to', () => {
  const outside = makeFolder(join(base, 'outside'));
  writeFileSync(join(outside, 'file'), '');
  const tree = makeFolder(join(base, 'tree'));
  symlinkSync(outside, join(tree, 'link'));
  removeTree(tree);
  expect([existsSync(tree), existsSync(join(outside, 'file'))]).toEqual([false, true]);
});

it('has nothing to do where there is nothing', () => {
  expect(() => removeTree(join(base, 'absent'))).not.toThrow();
});
