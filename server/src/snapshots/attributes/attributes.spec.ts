import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapshotStore } from '../snapshotStore';
import { openSnapshotStore } from '../localStore';
import { attributesOf, PYTHON, setAttribute, takesAttributes } from '../testing/attributes';
import { entriesOf } from '../testing/contract';

// What is taken goes to the disk.
jest.setTimeout(60_000);

const NONE = '/nowhere/python';
const NOTE = 'user.chard.note';

/** In it user 1234 may read. struct posix_acl_xattr: version 2, then tag, permissions and id of each: owner, user, group, mask, others. */
const ACCESS_LIST = [
  [2, 0, 0, 0],
  [1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff],
  [2, 0, 4, 0, 0xd2, 4, 0, 0],
  [4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
  [16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff],
  [32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]
]
  .flat()
  .map(byte => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte))
  .join('');

let base: string;
let data: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-attributes-'));
  data = join(base, 'data');
  mkdirSync(join(data, 'folder'), { recursive: true });
  writeFileSync(join(data, 'a'), 'a');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const here = takesAttributes(tmpdir()) ? it : it.skip;
const open = (python: string | null): SnapshotStore =>
  openSnapshotStore(join(base, 'home'), { python });
const sources = (): { name: string; path: string }[] => [{ name: 'data', path: data }];

/** What an entry has, by path; null for none. */
async function noted(store: SnapshotStore, id: string): Promise<Record<string, unknown>> {
  const entries = await entriesOf(store, id);
  return Object.fromEntries(entries.map(({ path, attributes }) => [path, attributes]));
}

/** Lets the stamps of all that is there be old enough to be believed. */
async function settled(): Promise<void> {
  const store = open(PYTHON);
  const { id } = await store.create(sources());
  const grown = (): boolean => Date.now() - statSync(join(data, 'a')).ctimeMs > 100;
  while (!grown()) await store.list();
  await store.create(sources());
  await store.remove(id);
}

here('an unchanged folder is asked for nothing, and what cannot be asked is said', async () => {
  setAttribute(join(data, 'a'), NOTE, 'x');
  setAttribute(join(data, 'folder'), NOTE, 'y');
  await settled();
  const without = open(NONE);
  const same = await without.create(sources());
  expect(same.problems).toEqual([]);
  expect(await noted(without, same.id)).toEqual({
    a: { [NOTE]: 'eA==' },
    folder: { [NOTE]: 'eQ==' }
  });
  writeFileSync(join(data, 'b'), 'new');
  const { id, problems } = await without.create(sources());
  expect(problems).toEqual([
    {
      source: 'data',
      path: '',
      code: 'unreadable',
      message: expect.stringMatching(
        /^Extended attributes are not in the snapshot, .*ENOENT/
      ) as string
    }
  ]);
  const report = await without.restore(id, { folder: join(base, 'back') });
  expect(report.files).toBe(2);
  expect(report.problems).toMatchObject([{ path: '', code: 'blocked' }]);
  setAttribute(join(data, 'b'), NOTE, 'z');
  const store = open(PYTHON);
  expect(await noted(store, (await store.create(sources())).id)).toMatchObject({
    a: { [NOTE]: 'eA==' },
    b: { [NOTE]: 'eg==' }
  });
});

here('a folder whose last snapshot is of a version without them is asked as a whole', async () => {
  setAttribute(join(data, 'a'), NOTE, 'x');
  utimesSync(join(data, 'a'), 1_600_000_000, 1_600_000_000);
  const old = open(null);
  expect(await noted(old, (await old.create(sources())).id)).toEqual({ a: null, folder: null });
  const store = open(PYTHON);
  expect(await noted(store, (await store.create(sources())).id)).toEqual({
    a: { [NOTE]: 'eA==' },
    folder: null
  });
});

here('an access control list comes back with its mask', async () => {
  setAttribute(join(data, 'a'), 'system.posix_acl_access', ACCESS_LIST);
  const store = open(PYTHON);
  const { id } = await store.create(sources());
  const folder = join(base, 'back');
  expect((await store.restore(id, { folder })).problems).toEqual([]);
  expect(attributesOf(join(folder, 'a'))).toBe(attributesOf(join(data, 'a')));
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o640);
});

here(
  'what files and folders have got since is taken away where they are restored in place',
  async () => {
    setAttribute(join(data, 'folder'), NOTE, 'kept');
    for (const name of ['changed', 'b']) writeFileSync(join(data, name), 'before');
    const store = open(PYTHON);
    const { id } = await store.create(sources());
    const paths = ['a', 'folder', 'changed'];
    for (const path of paths) setAttribute(join(data, path), 'user.chard.since', 'x');
    setAttribute(join(data, 'a'), 'system.posix_acl_access', ACCESS_LIST);
    setAttribute(data, 'system.posix_acl_default', ACCESS_LIST);
    setAttribute(join(data, 'folder'), 'system.posix_acl_default', ACCESS_LIST);
    writeFileSync(join(data, 'changed'), 'after');
    const report = await store.restore(id, { inPlace: true });
    expect(report.problems).toEqual([]);
    expect(paths.map(path => attributesOf(join(data, path)))).toEqual(['', `${NOTE}=kept`, '']);
    expect(statSync(join(data, 'a')).mode & 0o777).toBe(0o644);
  }
);

here('what a file has stays where the snapshot does not know of any', async () => {
  const old = open(null);
  const { id } = await old.create(sources());
  setAttribute(join(data, 'a'), NOTE, 'x');
  expect((await open(PYTHON).restore(id, { inPlace: true })).problems).toEqual([]);
  expect(attributesOf(join(data, 'a'))).toBe(`${NOTE}=x`);
});

here('what gives rights, and the marks of overlays, are neither kept nor put back', async () => {
  if (process.getuid?.() !== 0) return;
  setAttribute(join(data, 'folder'), 'user.overlay.opaque', 'y');
  setAttribute(join(data, 'a'), 'trusted.chard', 'x');
  const store = open(PYTHON);
  const { id, problems } = await store.create(sources());
  expect(problems).toEqual([]);
  expect(await noted(store, id)).toEqual({ a: null, folder: null });
});
