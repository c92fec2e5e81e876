import { openSnapshotStore, type SnapshotStore } from '.';

/** The snapshots below `$CHARD_HOME`, opened when they are first needed. */
export class SnapshotDoor {
  private store: SnapshotStore | null = null;

  /** @param home `$CHARD_HOME` */
  constructor(private readonly home: string) {}

  /** @throws ChardError `store-newer`, `store-unavailable`, ... */
  open(): SnapshotStore {
    this.store ??= openSnapshotStore(this.home);
    return this.store;
  }

  async close(): Promise<void> {
    await this.store?.dispose();
    this.store = null;
  }
}
