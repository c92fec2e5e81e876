import { diffEntries, type PathChange } from '@chard/core/snapshot';
import type { ExtendedAttributes } from '../attributes/model';
import type { Layout } from '../disk/layout';
import { differingEntries } from '../disk/manifests';
import type { KeptRecord, KeptSource, Records } from '../disk/records';
import { published } from '../reading/library';
import { makeWorkspace } from '../restoring/workspace';
import type { Base, BaseOptions } from '../snapshotStore';
import type { KeptTrees } from './keptTrees';

/** So many changes are always little; else a tenth of the entries. */
const FEW = 100;

interface BaseStore {
  readonly layout: Layout;
  readonly records: Records;
  readonly trees: KeptTrees;
}

/** A tree of a source, or nearly so, as `SnapshotStore.base` has it. */
export async function openBase(
  { layout, records, trees }: BaseStore,
  { id }: KeptRecord,
  source: KeptSource,
  options: BaseOptions,
  attributes: ExtendedAttributes | null
): Promise<Base> {
  await trees.tidy(snapshot => records.read(snapshot) !== null, options.copyLimit);
  const kept = await trees.borrow(source.path, options.signal);
  if (kept !== null) {
    const former = records.read(kept.snapshot)?.sources.find(({ name }) => name === kept.source);
    const changes = former === undefined ? null : await fewChanges(layout, former, source);
    const { files: path, way, release } = kept;
    const isNear = changes !== null && (changes.length === 0 || options.isExact !== true);
    if (isNear) return { way, path, changes, problems: [], release };
    release();
  }
  const begun = await trees.begin();
  try {
    const made = await makeWorkspace(layout, source, begun.files, options, attributes);
    if (made.way === 'none') {
      begun.release();
      return made;
    }
    const { path, name, counts } = source;
    // What is not whole serves this one run.
    if (made.problems.length === 0) {
      await begun.keep({ path, snapshot: id, source: name, way: made.way, bytes: counts.bytes });
    }
    return { ...made, path: begun.files, changes: [], release: begun.release };
  } catch (error) {
    begun.release();
    throw error;
  }
}

/** What is different; null where that is much. */
async function fewChanges(
  layout: Layout,
  before: KeptSource,
  after: KeptSource
): Promise<PathChange[] | null> {
  if (before.manifest.digest === after.manifest.digest) return [];
  const most = Math.max(FEW, after.manifest.entries / 10);
  const changes: PathChange[] = [];
  const [former, latter] = differingEntries(layout, before.manifest.digest, after.manifest.digest);
  for await (const some of diffEntries(published(former), published(latter))) {
    changes.push(...some);
    // What became of another kind hides more than itself.
    if (changes.length > most || some.some(({ aspects }) => aspects.includes('kind'))) return null;
  }
  return changes;
}
