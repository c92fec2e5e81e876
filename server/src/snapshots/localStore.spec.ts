import { openSnapshotStore } from './localStore';
import { describeSnapshotStores } from './testing/contract';

describeSnapshotStores('snapshots in a folder', (home, options) =>
  openSnapshotStore(home, options)
);
