import { DigestSet } from '../work/digestSet';
import { Turns } from '../work/meter';
import type { SnapshotStore, Watch } from '../snapshotStore';

export interface SnapshotSizes {
  /** Bytes of the contents that a snapshot alone has, by its id. */
  readonly own: Readonly<Record<string, number>>;
  /** Bytes of all contents that snapshots have. */
  readonly total: number;
}

/**
 * Goes through the lists of files of all snapshots, twice: for what more than one has, and for the rest.
 * A snapshot that goes meanwhile counts no more; one whose list is damaged fails the whole, since what the others alone have is not known.
 */
export async function measureSnapshots(
  store: SnapshotStore,
  watch: Watch = {}
): Promise<SnapshotSizes> {
  const ids = (await store.list()).map(({ id }) => id);
  const seen = new DigestSet();
  const shared = new DigestSet();
  const own: Record<string, number> = {};
  let total = 0;
  for (const id of ids) {
    await eachContent(store, id, watch, (digest, size) => {
      if (seen.add(digest)) total += size;
      else shared.add(digest);
    });
  }
  for (const id of ids) {
    own[id] = 0;
    await eachContent(store, id, watch, (digest, size) => {
      if (!shared.has(digest)) own[id] = (own[id] ?? 0) + size;
    });
  }
  return { own, total };
}

/** Calls back once for each content of a snapshot. */
async function eachContent(
  store: SnapshotStore,
  id: string,
  { signal }: Watch,
  found: (digest: string, size: number) => void
): Promise<void> {
  const mine = new DigestSet();
  const turns = new Turns();
  const { sources } = await store.get(id);
  for (const { name } of sources) {
    for await (const batch of store.entries(id, name)) {
      for (const { digest, size } of batch) {
        if (digest !== null && mine.add(digest)) found(digest, size);
      }
      signal?.throwIfAborted();
      if (turns.isDue) await turns.give();
    }
  }
}
