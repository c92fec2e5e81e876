import type { Snapshot } from '@chard/core/snapshot';
import type { Retention } from '../snapshotStore';

/** Why a snapshot stays; null where nothing keeps it. */
export interface Verdict {
  readonly snapshot: Snapshot;
  readonly why: string | null;
}

/** @param snapshots newest first. @param now milliseconds since 1970 */
export function judge(
  snapshots: readonly Snapshot[],
  { keepLast, keepWithin, neededBy }: Retention,
  now: number
): Verdict[] {
  const seen = new Map<string, number>();
  const hasRule = keepLast !== undefined || keepWithin !== undefined;
  return snapshots.map(snapshot => {
    const group = groupOf(snapshot);
    const place = (seen.get(group) ?? 0) + 1;
    seen.set(group, place);
    const needed = snapshot.pins[0] ?? neededBy?.(snapshot) ?? null;
    const why =
      needed !== null
        ? `needed by ${needed}`
        : !hasRule
          ? 'no rule says that it may go'
          : keepLast !== undefined && place <= keepLast
            ? `one of the newest ${keepLast}`
            : keepWithin !== undefined && now - snapshot.createdAt <= keepWithin
              ? 'young enough'
              : null;
    return { snapshot, why };
  });
}

/** Snapshots of one thing: of a notebook, else of the same folders. */
function groupOf({ labels, sources }: Snapshot): string {
  return labels['notebook'] ?? JSON.stringify(sources.map(({ path }) => path).sort());
}
