import { compareSnapshots } from '@chard/core/protocol/api';
import type { EntryChange } from '@chard/core/snapshot';
import type { App } from '../../context';
import { answer, type Route } from '../../http/route';

export function compareRoutes({ open }: App): Route[] {
  return [
    answer(compareSnapshots, async ({ body: { before, after, how, text, limit }, signal }) => {
      const { snapshots, snapshotCatalogue } = open();
      const [old, now] = [await snapshotCatalogue.get(before), await snapshotCatalogue.get(after)];
      const wanted = text.toLocaleLowerCase();
      const isWanted = (change: EntryChange): boolean =>
        (how.length === 0 || how.includes(change.how)) &&
        (wanted === '' || change.path.toLocaleLowerCase().includes(wanted));
      const sums = { added: sum(), changed: sum(), removed: sum() };
      const changes: EntryChange[] = [];
      let found = 0;
      for await (const batch of snapshots().diff(old.id, now.id)) {
        signal.throwIfAborted();
        for (const change of batch) {
          sums[change.how].count += 1;
          sums[change.how].bytes += growth(change);
          if (!isWanted(change)) continue;
          found += 1;
          if (changes.length < limit) changes.push(change);
        }
      }
      return { changes, found, sums };
    })
  ];
}

const sum = (): { count: number; bytes: number } => ({ count: 0, bytes: 0 });

function growth({ how, before, after }: EntryChange): number {
  if (how === 'removed') return before?.size ?? 0;
  return (after?.size ?? 0) - (how === 'changed' ? (before?.size ?? 0) : 0);
}
