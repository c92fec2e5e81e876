import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSnapshotStore } from '../localStore';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-browse-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Flips a bit in the middle of the only file of a folder of the store. */
function damage(folder: 'manifests' | 'copies'): void {
  const within = join(base, 'home/snapshots', folder);
  const name = readdirSync(within).find(each => /^[0-9a-f]{64}$/.test(each)) ?? '';
  const bytes = readFileSync(join(within, name));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(within, name), bytes);
}

it('reads the other list where one is damaged, and says so where both are', async () => {
  mkdirSync(join(base, 'data/folder'), { recursive: true });
  writeFileSync(join(base, 'data/folder/a'), 'a');
  const store = openSnapshotStore(join(base, 'home'));
  const { id } = await store.create([{ name: 'data', path: join(base, 'data') }]);
  const names = async (): Promise<string[]> =>
    (await store.children(id, 'data', 'folder', { limit: 10 })).map(({ path }) => path);
  damage('manifests');
  expect(await names()).toEqual(['folder/a']);
  expect(await store.entry(id, 'data', 'folder/a')).toMatchObject({ size: 1 });
  damage('copies');
  await expect(names()).rejects.toMatchObject({ code: 'snapshot-damaged' });
});
