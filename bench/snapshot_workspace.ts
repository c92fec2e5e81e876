/**
 * Seconds to make a run's tree from the latest snapshot: `node snapshot_workspace.mjs HOME FOLDER` for one of its own in FOLDER,
 * `node snapshot_workspace.mjs HOME` for the one that runs share, which the first makes and the next finds.
 */
import { openSnapshotStore } from '../server/src/snapshots';

async function main(home: string, folder: string | undefined): Promise<void> {
  const store = openSnapshotStore(home);
  const { id, sources } = await store.get('latest');
  const source = sources[0]?.name ?? '';
  const limit = { copyLimit: 0 };
  const began = performance.now();
  const made =
    folder === undefined
      ? await store.base(id, source, limit)
      : await store.workspace(id, source, folder, limit);
  const seconds = (performance.now() - began) / 1000;
  if ('release' in made) made.release();
  process.stdout.write(JSON.stringify({ way: made.way, seconds }));
}

const [home = '', folder] = process.argv.slice(2);
void main(home, folder);
