/** Seconds to make a run's workspace from the latest snapshot: `node snapshot_workspace.mjs HOME FOLDER`. */
import { openSnapshotStore } from '../server/src/snapshots';

async function main(home: string, folder: string): Promise<void> {
  const store = openSnapshotStore(home);
  const { id, sources } = await store.get('latest');
  const began = performance.now();
  const { way } = await store.workspace(id, sources[0]?.name ?? '', folder, { copyLimit: 0 });
  process.stdout.write(JSON.stringify({ way, seconds: (performance.now() - began) / 1000 }));
}

const [home = '', folder = ''] = process.argv.slice(2);
void main(home, folder);
