import type { Host } from '../host';
import type { Engine } from '../engines/engine';
import { createLocalEngine } from '../engines/local';
import { LogIndexes } from '../runs/log';
import { SnapshotDoor } from '../snapshots/door';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import { openStores, type Stores } from '../stores';
import { Catalogue } from './catalogue';
import { Changes } from './changes';
import type { Root } from './root';

/** What the routes work with, once the stores are open. */
export interface Backend {
  readonly stores: Stores;
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly changes: Changes;
  readonly logs: LogIndexes;
  /** Opens the snapshots when they are first asked for. */
  readonly snapshots: () => SnapshotStore;
}

/**
 * Opens the stores when they are first needed. Stores that cannot be opened (a full disk, a newer format) fail
 * the requests that need them, each with what is wrong, and are tried again with the next.
 */
export class BackendDoor {
  private backend: Backend | null = null;

  constructor(
    private readonly host: Host,
    private readonly root: Root
  ) {}

  /** @throws ChardError of `openStores`. */
  open(): Backend {
    this.backend ??= openBackend(openStores(this.host.home), this.root);
    return this.backend;
  }
}

function snapshotsOf(home: string): () => SnapshotStore {
  const door = new SnapshotDoor(home);
  return () => door.open();
}

export function openBackend(
  stores: Stores,
  root: Root,
  snapshots: () => SnapshotStore = snapshotsOf(stores.home),
  engine: Engine = createLocalEngine({ stores, snapshots })
): Backend {
  return {
    snapshots,
    stores,
    engine,
    catalogue: new Catalogue(stores.runs, root),
    changes: new Changes(stores.runs),
    logs: new LogIndexes(stores.runs)
  };
}
