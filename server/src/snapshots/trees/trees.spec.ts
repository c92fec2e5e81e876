import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSnapshotStore } from '../localStore';
import type { Base, SnapshotStore } from '../snapshotStore';
import { stampOfTree } from './stamp';

// What is taken goes to the disk.
jest.setTimeout(60_000);

type Tree = Exclude<Base, { way: 'none' }>;

const DAY = 24 * 60 * 60 * 1000;

let root: string;
let data: string;
let store: SnapshotStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chard-trees-'));
  data = join(root, 'data');
  mkdirSync(join(data, 'folder'), { recursive: true });
  for (const name of ['a', 'b', 'folder/c']) writeFileSync(join(data, name), name);
  store = openSnapshotStore(join(root, 'home'), { patience: 1000 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const take = async (): Promise<string> => (await store.create([{ name: 'data', path: data }])).id;

async function base(id: string): Promise<Tree> {
  const made = await store.base(id, 'data', { copyLimit: 1e6 });
  if (made.way === 'none') throw new Error('It was too large.');
  return made;
}

/** The tree's path and what is different from it, let go at once. */
async function look(id: string): Promise<{ path: string; changes: string[] }> {
  const { path, changes, release } = await base(id);
  release();
  return { path, changes: changes.map(change => `${change.how} ${change.path}`) };
}

const trees = (): string[] => readdirSync(join(root, 'home/snapshots/trees'));

it('is made once for a folder, and serves two at once', async () => {
  const id = await take();
  const [first, second] = [await base(id), await base(id)];
  expect(second.path).toBe(first.path);
  expect(readFileSync(join(first.path, 'folder/c'), 'utf8')).toBe('folder/c');
  first.release();
  second.release();
  expect(await look(id)).toEqual({ path: first.path, changes: [] });
  expect(trees()).toHaveLength(1);
});

it('serves the next snapshot, with what has changed', async () => {
  const { path } = await look(await take());
  writeFileSync(join(data, 'a'), 'other');
  writeFileSync(join(data, 'folder/new'), 'new');
  rmSync(join(data, 'b'));
  expect(await look(await take())).toEqual({
    path,
    changes: ['changed a', 'removed b', 'added folder/new']
  });
});

it('is made anew where much has changed, or something is of another kind', async () => {
  const { path } = await look(await take());
  rmSync(join(data, 'folder'), { recursive: true });
  writeFileSync(join(data, 'folder'), 'a file');
  const second = await look(await take());
  expect(second.path).not.toBe(path);
  for (let index = 0; index < 150; index += 1) writeFileSync(join(data, `f${index}`), '');
  const third = await look(await take());
  expect([second.path, path]).not.toContain(third.path);
  expect(third.changes).toEqual([]);
});

const write = (tree: string): void => writeFileSync(join(tree, 'a'), 'A');
const touch = (tree: string): void => utimesSync(join(tree, 'a'), 1, 1);
const replace = (tree: string): void => {
  writeFileSync(join(tree, 'folder/.new'), 'C');
  renameSync(join(tree, 'folder/.new'), join(tree, 'folder/c'));
};

it.each([
  ['a file was replaced', replace],
  ['a file is gone', (tree: string) => rmSync(join(tree, 'folder/c'))],
  ['a file came', (tree: string) => writeFileSync(join(tree, 'folder/x'), '')],
  ['a folder is gone', (tree: string) => rmSync(join(tree, 'folder'), { recursive: true })]
])('is noticed and made anew by the next run where %s', async (_, change) => {
  const id = await take();
  const { path } = await look(id);
  change(path);
  await expectAnother(id, path);
});

it.each([
  ['a file has other bytes', write],
  ['a file was touched', touch]
])('is noticed by the first run of a day, and by a check, where %s', async (_, change) => {
  const id = await take();
  const { path } = await look(id);
  expect((await store.check()).damages).toEqual([]);
  change(path);
  expect((await store.check()).damages).toMatchObject([{ what: 'tree', path, isMended: false }]);
  store = openSnapshotStore(join(root, 'home'), { now: () => Date.now() + DAY });
  await expectAnother(id, path);
});

it('is noticed by a check where a copy holds other bytes under the same stamp', async () => {
  const { path } = await look(await take());
  const record = join(path, '../tree.json');
  write(path);
  const { whole } = await stampOfTree(path);
  const made = JSON.parse(readFileSync(record, 'utf8')) as object;
  writeFileSync(record, JSON.stringify({ ...made, way: 'copy', stamp: whole }));
  expect((await store.check()).damages).toMatchObject([{ what: 'tree', path }]);
});

it('is made anew after a repair that found it changed', async () => {
  const id = await take();
  const { path } = await look(id);
  write(path);
  expect((await store.check({ repair: true })).damages).toMatchObject([{ isMended: true }]);
  expect((await store.check()).damages).toEqual([]);
  await expectAnother(id, path);
});

async function expectAnother(id: string, path: string): Promise<void> {
  const second = await look(id);
  expect(second.path).not.toBe(path);
  expect(readFileSync(join(second.path, 'a'), 'utf8')).toBe('a');
  expect(readFileSync(join(second.path, 'folder/c'), 'utf8')).toBe('folder/c');
  expect(readdirSync(join(second.path, 'folder'))).toEqual(['c']);
  await look(id);
  expect(existsSync(path)).toBe(false);
}

it('goes with its snapshot, unless somebody uses it', async () => {
  const id = await take();
  const held = await base(id);
  await store.remove(id);
  expect(existsSync(join(held.path, 'a'))).toBe(true);
  held.release();
  await store.prune({});
  expect(trees()).toEqual([]);
});

it('goes where a process ended before it was finished', async () => {
  const id = await take();
  await look(id);
  mkdirSync(join(root, 'home/snapshots/trees/0123/locks'), { recursive: true });
  mkdirSync(join(root, 'home/snapshots/trees/0123/files'));
  await look(id);
  expect(trees()).toHaveLength(1);
});

it('is kept for four folders, those used last', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    const path = join(root, `data-${index}`);
    mkdirSync(path);
    writeFileSync(join(path, 'file'), String(index));
    const { id } = await store.create([{ name: 'data', path }]);
    ids.push(id);
    await look(id);
  }
  await store.prune({});
  expect(trees()).toHaveLength(4);
  const before = trees();
  await look(ids[5] ?? '');
  expect(trees().sort()).toEqual(before.sort());
});

it('is not made of more than may be copied, where blocks cannot be shared', async () => {
  const made = await store.base(await take(), 'data', { copyLimit: 1 });
  expect(made.way === 'none' ? made.bytes : 10).toBe(10);
  if (made.way === 'none') expect(trees()).toEqual([]);
  else made.release();
});
