import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '@chard/core/snapshot';
import type { Access } from '../access';
import type { Layout } from '../disk/layout';
import type { KeptRecord, Records, SnapshotRecord } from '../disk/records';
import type { Library } from '../reading/library';
import type { CreateOptions, SourceFolder } from '../snapshotStore';
import { Meter } from '../work/meter';
import { openSources } from './folders';
import { freezeDocuments, freezeSource, Problems } from './freeze';
import { Intake } from './intake';

/** What taking a snapshot needs of a store. */
export interface TakingStore {
  readonly home: string;
  readonly layout: Layout;
  readonly records: Records;
  readonly access: Access;
  readonly library: Library;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Found = Pick<SnapshotRecord, 'labels' | 'sources' | 'documents'>;

/** Takes a snapshot: all contents first, then the lists of files, at last the record that makes it one. */
export async function takeSnapshot(
  { home, layout, records, access, library, now }: TakingStore,
  sources: readonly SourceFolder[],
  options: CreateOptions
): Promise<Snapshot> {
  const createdAt = now();
  const opened = openSources(sources, home);
  const intake = new Intake(layout, access.newInstance());
  try {
    const problems = new Problems();
    const meter = new Meter(options);
    const freezing = {
      layout,
      intake,
      problems,
      meter,
      watch: options,
      now: () => BigInt(now()) * 1_000_000n
    };
    const frozen: SnapshotRecord['sources'] = [];
    for (const source of opened) {
      const former = formerManifest(layout, records, source.path);
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

/** The list of entries of the newest snapshot of a folder; null where there is none. */
function formerManifest(layout: Layout, records: Records, path: string): string | null {
  for (const { sources } of records.all()) {
    const source = sources.find(each => each.path === path);
    if (source !== undefined) return layout.manifest(source.manifest.digest);
  }
  return null;
}
