import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '@chard/core/snapshot';
import type { Access } from '../access';
import type { ExtendedAttributes } from '../attributes/model';
import type { Layout } from '../disk/layout';
import type { KeptRecord, Records, SnapshotRecord } from '../disk/records';
import type { Library } from '../reading/library';
import type { CreateOptions, SourceFolder } from '../snapshotStore';
import { Meter } from '../work/meter';
import { openSources } from './folders';
import { freezeDocuments, freezeSource, Problems, type Former } from './freeze';
import { Intake } from './intake';

/** What taking a snapshot needs of a store. */
export interface TakingStore {
  readonly home: string;
  readonly layout: Layout;
  readonly records: Records;
  readonly access: Access;
  readonly library: Library;
  /** The way to extended attributes, for one snapshot; null where there is none. */
  readonly attributes: () => ExtendedAttributes | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Found = Pick<SnapshotRecord, 'labels' | 'sources' | 'documents'>;

/** Takes a snapshot: all contents first, then the lists of files, at last the record that makes it one. */
export async function takeSnapshot(
  { home, layout, records, access, library, now, ...store }: TakingStore,
  sources: readonly SourceFolder[],
  options: CreateOptions
): Promise<Snapshot> {
  const createdAt = now();
  const opened = openSources(sources, home);
  const intake = new Intake(layout, access.newInstance());
  const attributes = store.attributes();
  try {
    const problems = new Problems();
    const meter = new Meter(options);
    const freezing = {
      layout,
      intake,
      attributes,
      problems,
      meter,
      watch: options,
      now: () => BigInt(now()) * 1_000_000n
    };
    const frozen: SnapshotRecord['sources'] = [];
    for (const source of opened) {
      const former = formerOf(layout, records, source.path);
      frozen.push(await freezeSource(source, former, freezing));
    }
    const documents = freezeDocuments(options.documents ?? {}, intake);
    const found: Found = { labels: { ...options.labels }, sources: frozen, documents };
    const mayBeLast = options.orLast === true && intake.addedBytes === 0 && problems.count === 0;
    const last = mayBeLast ? lastAlike(records, found) : null;
    if (last !== null) {
      for (const by of options.pins ?? []) records.pin(last.id, by);
      meter.end();
      return library.describe(last);
    }
    await intake.publish();
    options.signal?.throwIfAborted();
    meter.end();
    const id = records.add(
      {
        createdAt,
        ...found,
        addedBytes: intake.addedBytes,
        problems: problems.list,
        problemCount: problems.count
      },
      options.pins ?? []
    );
    return library.describe(library.find(id));
  } finally {
    attributes?.close();
    intake.close();
  }
}

/** The newest snapshot of the same labels, if it holds the same. */
function lastAlike(records: Records, { labels, sources, documents }: Found): KeptRecord | null {
  const newest = records.all().find(record => isDeepStrictEqual(record.labels, labels));
  if (newest === undefined || newest.problemCount > 0) return null;
  const isSame = isDeepStrictEqual(
    { sources: newest.sources, documents: newest.documents },
    { sources, documents }
  );
  return isSame ? newest : null;
}

/** The newest snapshot of a folder; null where there is none. */
function formerOf(layout: Layout, records: Records, path: string): Former | null {
  for (const { sources } of records.all()) {
    const source = sources.find(each => each.path === path);
    if (source === undefined) continue;
    const { manifest, hasAttributes } = source;
    return { manifest: layout.manifest(manifest.digest), hasAttributes };
  }
  return null;
}
