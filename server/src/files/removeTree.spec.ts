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
import { removeTree, removeTreeAside } from './removeTree';

const NOBODY = 65534;

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-tree-'));
});
afterEach(() => removeTree(base));

/** Permissions do not stop root. */
async function asSomebody(what: () => void | Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return what();
  process.seteuid?.(NOBODY);
  try {
    await what();
  } finally {
    process.seteuid?.(0);
  }
}

function makeFolder(path: string): string {
  mkdirSync(path);
  if (process.geteuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  return path;
}

describe.each([
  ['removeTree', removeTree],
  ['removeTreeAside', removeTreeAside]
])('%s', (_, remove) => {
  it('removes folders that are closed to their owner', async () => {
    if (process.geteuid?.() === 0) chmodSync(base, 0o777);
    const tree = makeFolder(join(base, 'tree'));
    const closed = makeFolder(join(tree, 'closed'));
    const readOnly = makeFolder(join(tree, 'read-only'));
    writeFileSync(join(readOnly, 'file'), '');
    chmodSync(closed, 0);
    chmodSync(readOnly, 0o555);
    await asSomebody(() => remove(tree));
    expect(existsSync(tree)).toBe(false);
  });

  it('leaves alone what a link leads to', async () => {
    const outside = makeFolder(join(base, 'outside'));
    writeFileSync(join(outside, 'file'), '');
    const tree = makeFolder(join(base, 'tree'));
    symlinkSync(outside, join(tree, 'link'));
    await remove(tree);
    expect([existsSync(tree), existsSync(join(outside, 'file'))]).toEqual([false, true]);
  });

  it('has nothing to do where there is nothing', async () => {
    const absent = join(base, 'absent');
    await expect((async () => remove(absent))()).resolves.toBeUndefined();
  });
});
