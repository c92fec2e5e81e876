import { fold, initialRunState } from '@chard/core/run';
import { removeRunFolders, runPin } from '../engines/local';
import { experimentPin } from '../experiments/pin';
import { ChardError } from '../errors';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import { ownerLives, type Freed, type Held, type Stores } from '../stores';
import { PURPOSE } from './runSnapshot';

/**
 * Removes a run that is over, its log, and the files that only it needs; with the last run that needs a snapshot goes the snapshot, if it
 * was made for a run. @throws ChardError `run-active`, `run-unknown`.
 */
export async function removeRun(
  stores: Stores,
  snapshots: () => SnapshotStore,
  run: string
): Promise<Freed> {
  const snapshot = snapshotOf(stores, run);
  stores.runs.delete(run);
  const bytes = snapshot === null ? 0 : await letGoOf(snapshots(), snapshot, runPin(run));
  removeRunFolders(stores.home, id => stores.runs.get(id) !== undefined);
  const freed = stores.collectGarbage(lease => ownerLives(lease, Date.now()));
  return { ...freed, bytes: freed.bytes + bytes };
}

/** What deleting runs, and experiments, would free, their snapshots counted as what each of them has added to the store. */
export async function heldByRuns(
  stores: Stores,
  snapshots: () => SnapshotStore,
  runs: readonly string[],
  experiments: readonly string[] = []
): Promise<Held> {
  const held = stores.heldBy(runs, experiments);
  const pins = new Set([...runs.map(runPin), ...experiments.map(experimentPin)]);
  const needed = new Set(runs.flatMap(run => snapshotOf(stores, run) ?? []));
  if (needed.size === 0) return held;
  const going = (await snapshots().list()).filter(
    ({ id, labels, pins: all }) =>
      needed.has(id) && labels[PURPOSE.label] === PURPOSE.run && all.every(pin => pins.has(pin))
  );
  const bytes = going.reduce((sum, { addedBytes }) => sum + addedBytes, 0);
  return { ...held, bytes: held.bytes + bytes };
}

/** Needs a snapshot no longer: without anybody who does, one that was made for a run goes. @returns bytes that were freed */
export async function letGoOf(store: SnapshotStore, id: string, pin: string): Promise<number> {
  try {
    await store.unpin(id, pin);
    const { labels, pins } = await store.get(id);
    if (labels[PURPOSE.label] !== PURPOSE.run || pins.length > 0) return 0;
    return (await store.remove(id)).bytes;
  } catch (error) {
    // Removed by hand, or damaged: the run can go all the same, and `check` tells of the rest.
    if (error instanceof ChardError && /^snapshot-/.test(error.code)) return 0;
    throw error;
  }
}

/** The snapshot that a run works on. */
export function snapshotOf(stores: Stores, run: string): string | null {
  const beginning = stores.runs.read(run, { types: ['run-created'] });
  return fold(initialRunState, beginning).snapshot?.id ?? null;
}
