import { join } from 'node:path';
import type { PruneReport } from '@chard/core/snapshot';
import { ChardError } from '../../errors';
import { fileFailure } from '../../files';
import type { Access } from '../access';
import type { Layout } from '../disk/layout';
import { snapshotDamaged, type KeptRecord, type Records } from '../disk/records';
import type { Library } from '../reading/library';
import type { Retention } from '../snapshotStore';
import { judge } from './retention';
import { needsOf, sweep } from './sweep';

/** What removing needs of a store. */
export interface RemovingStore {
  readonly layout: Layout;
  readonly records: Records;
  readonly access: Access;
  readonly library: Library;
}

/** Removes one snapshot. @throws ChardError `snapshot-needed` */
export function removeOne(store: RemovingStore, id: string): Promise<PruneReport> {
  const [pin] = store.records.pins(id);
  if (pin !== undefined) {
    throw new ChardError(
      'snapshot-needed',
      `The snapshot ${id} is needed by ${pin}, so it stays. Delete that first.`
    );
  }
  return clear(store, record => (record.id === id ? null : 'not the one to be removed'), false);
}

/** Removes what no rule keeps. @param now milliseconds since 1970 */
export function removeOld(
  store: RemovingStore,
  retention: Retention,
  now: number
): Promise<PruneReport> {
  const verdicts = judge(store.library.list(), retention, now);
  const whys = new Map(verdicts.map(({ snapshot, why }) => [snapshot.id, why]));
  return clear(store, ({ id }) => whys.get(id) ?? null, retention.dryRun === true);
}

/** Removes the snapshots for which `whyKept` has no reason, and what only they need. */
async function clear(
  { layout, records, access }: RemovingStore,
  whyKept: (record: KeptRecord) => string | null,
  dryRun: boolean
): Promise<PruneReport> {
  const all = records.all();
  const lost = records.ids().find(id => !all.some(record => record.id === id));
  if (lost !== undefined) {
    throw snapshotDamaged(
      `The record of the snapshot ${lost}`,
      join(layout.records, `${lost}.json`)
    );
  }
  const kept = all.flatMap(record => {
    const why = whyKept(record);
    return why === null ? [] : [{ record, why }];
  });
  const going = all.filter(record => !kept.some(each => each.record === record));
  // Before anything is removed: it throws where that is not known.
  const needs = await needsOf(
    layout,
    kept.map(({ record }) => record)
  );
  if (!dryRun) for (const { id } of going) records.remove(id);
  try {
    const freed = await sweep(layout, records, needs, () => access.livingInstances(), dryRun);
    return {
      removed: going.map(({ id }) => id),
      kept: kept.map(({ record, why }) => ({ snapshot: record.id, why })),
      ...freed,
      dryRun
    };
  } catch (error) {
    throw fileFailure(error, layout.folder, 'store');
  }
}
