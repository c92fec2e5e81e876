import { openSnapshotStore, type SnapshotStore } from '.';

/** The snapshots below `$CHARD_HOME`, opened when they are first needed. */
export class SnapshotDoor {
  private store: SnapshotStore | null = null;

  /** @param home `$CHARD_HOME` @param python the one that Chard is installed in */
  constructor(
    private readonly home: string,
    private readonly python: string | null
  ) {}

  /** @throws ChardError `store-newer`, `store-unavailable`, ... */
  open(): SnapshotStore {
    this.store ??= openSnapshotStore(this.home, { python: this.python });
    return this.store;
  }

  async close(): Promise<void> {
    await this.store?.dispose();
    this.store = null;
  }
}
