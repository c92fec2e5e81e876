import type { SnapshotProblem } from '@chard/core/snapshot';
import type { Layout } from '../disk/layout';
import { manifestEntries } from '../disk/manifests';
import type { KeptSource } from '../disk/records';
import type { StoredEntry } from '../manifest/model';
import { thaw, type Thaw, type Thawed } from './thaw';

/**
 * Puts one source of a snapshot into a folder, as far as the list of its files is sound.
 * @param choose what of each batch is wanted
 */
export async function thawSource(
  layout: Layout,
  { name, manifest, hasAttributes }: KeptSource,
  order: Omit<Thaw, 'layout' | 'source' | 'isExact'>,
  choose: (batch: StoredEntry[]) => StoredEntry[] = batch => batch
): Promise<Thawed> {
  const damaged: SnapshotProblem[] = [];
  const entries = manifestEntries(layout, manifest.digest, () =>
    damaged.push({
      source: name,
      path: '',
      code: 'damaged',
      message: 'Part of the list of its files is damaged, so some may be missing.'
    })
  );
  const isExact = order.compare && hasAttributes;
  const thawed = await thaw(chosenOf(entries, choose), { ...order, isExact, layout, source: name });
  return { ...thawed, problems: [...damaged, ...thawed.problems] };
}

/** What there is to put back, for a `Meter`. */
export function totalOf(sources: readonly KeptSource[]): { files: number; bytes: number } {
  const total = { files: 0, bytes: 0 };
  for (const { counts } of sources) {
    total.files += counts.files + counts.folders + counts.links;
    total.bytes += counts.bytes;
  }
  return total;
}

function* chosenOf(
  batches: Iterable<StoredEntry[]>,
  choose: (batch: StoredEntry[]) => StoredEntry[]
): Generator<StoredEntry[], void, void> {
  for (const batch of batches) yield choose(batch);
}
