import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openSnapshotStore, type LocalStoreOptions } from './localStore';
import type { SnapshotStore } from './snapshotStore';
import { PYTHON } from './testing/attributes';
import { describeSnapshotStores } from './testing/contract';
import { describeOnLoopDisks } from './testing/loopDisk';

// What is taken goes to the disk, and disks are made.
jest.setTimeout(60_000);

const open = (home: string, options?: LocalStoreOptions): SnapshotStore =>
  openSnapshotStore(home, { ...options, python: PYTHON });

describeSnapshotStores('snapshots in a folder', open);

describeOnLoopDisks(folder => {
  describeSnapshotStores('snapshots in a folder', open, folder);

  it('a snapshot and a workspace share their blocks with the files, until one is written', async () => {
    const data = join(folder(), 'data');
    const file = join(data, 'large');
    const content = randomBytes(16 * 2 ** 20);
    mkdirSync(data);
    writeFileSync(file, content);
    const store = openSnapshotStore(join(folder(), 'home'));
    const before = usedBytes(folder());
    const { id } = await store.create([{ name: 'data', path: data }]);
    const work = join(folder(), 'work');
    expect(await store.workspace(id, 'data', work, { copyLimit: 0 })).toEqual({
      way: 'reflink',
      problems: []
    });
    expect(usedBytes(folder()) - before).toBeLessThan(content.length / 4);
    appendFileSync(join(work, 'large'), 'more');
    expect(readFileSync(file).equals(content)).toBe(true);
    writeFileSync(join(work, 'large'), 'other');
    expect((await store.check()).damages).toEqual([]);
    writeFileSync(file, 'changed');
    const second = join(folder(), 'second');
    await store.workspace(id, 'data', second, { copyLimit: 0 });
    expect(readFileSync(join(second, 'large')).equals(content)).toBe(true);
  });
});

/** What is taken of a disk, when all is on it. */
function usedBytes(folder: string): number {
  spawnSync('sync', ['-f', folder]);
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}
