import type { Engine } from '../engines/engine';
import { ChardError } from '../errors';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import type { Stores } from '../stores';
import type { Context } from './context';

/** Codes of a store that can be read all the same. */
export const UNWRITABLE: readonly string[] = ['store-read-only', 'store-full'];

export interface Opened {
  readonly stores: Stores;
  readonly engine: Engine;
  /** Opens the snapshots when they are first asked for. */
  readonly snapshots: () => SnapshotStore;
}

/**
 * Opens the stores and an engine on them for as long as `work` takes. Runs whose owner is gone are marked as
 * interrupted first, so that what a command shows is true.
 */
export async function withStores<Result>(
  { home, python }: Pick<Context, 'home' | 'python'>,
  work: (opened: Opened) => Result | Promise<Result>
): Promise<Result> {
  const [{ openStores }, { createLocalEngine }, { SnapshotDoor }] = await Promise.all([
    import('../stores'),
    import('../engines/local'),
    import('../snapshots/door')
  ]);
  const stores = openStores(home);
  const door = new SnapshotDoor(home, python);
  const snapshots = () => door.open();
  const engine = createLocalEngine({ stores, snapshots });
  try {
    await recover(engine);
    return await work({ stores, engine, snapshots });
  } finally {
    await engine.close();
    await door.close();
    stores.close();
  }
}

/** A store that may only be read, or whose disk is full, is shown as it is. */
async function recover(engine: Engine): Promise<void> {
  try {
    await engine.recover();
  } catch (error) {
    if (!(error instanceof ChardError && UNWRITABLE.includes(error.code))) {
      throw error;
    }
  }
}
