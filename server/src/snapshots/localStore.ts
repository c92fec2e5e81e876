import { join } from 'node:path';
import type {
  CheckReport,
  EntryChange,
  PruneReport,
  Snapshot,
  SnapshotCounts,
  SnapshotEntry
} from '@chard/core/snapshot';
import { Access } from './access';
import { attributeHelper } from './attributes/helper';
import type { ExtendedAttributes } from './attributes/model';
import { Layout } from './disk/layout';
import { Locks } from './disk/locks';
import { Records } from './disk/records';
import { Library, sourceOf } from './reading/library';
import { restoreSnapshot } from './restoring/restore';
import { makeWorkspace } from './restoring/workspace';
import type {
  Base,
  BaseOptions,
  CheckOptions,
  ChildrenOptions,
  CreateOptions,
  EntriesOptions,
  RestoreOptions,
  RestorePlace,
  RestoreReport,
  Retention,
  SnapshotStore,
  SourceFolder,
  Usage,
  Watch,
  Workspace,
  WorkspaceOptions
} from './snapshotStore';
import { measureSource, openSources } from './taking/folders';
import { takeSnapshot } from './taking/take';
import { openBase } from './trees/base';
import { KeptTrees } from './trees/keptTrees';
import { checkFormat, checkStore } from './upkeep/check';
import { removeOld, removeOne } from './upkeep/remove';
import { usageOf } from './upkeep/usage';

/** How long others are waited for. */
const PATIENCE_MILLISECONDS = 60_000;

export interface LocalStoreOptions {
  /** The Python by which extended attributes are reached; without one they are not kept. */
  readonly python?: string | null;
  /** Milliseconds to wait for other processes. */
  readonly patience?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The snapshots below `$CHARD_HOME`. Nothing is made before there is something to keep. */
export function openSnapshotStore(home: string, options: LocalStoreOptions = {}): SnapshotStore {
  return new LocalSnapshotStore(home, options);
}

/** Each method takes the store beside others or alone, and leaves the work to the module that knows it. */
class LocalSnapshotStore implements SnapshotStore {
  private readonly layout: Layout;
  private readonly records: Records;
  private readonly access: Access;
  private readonly library: Library;
  private readonly trees: KeptTrees;
  private readonly now: () => number;
  private readonly attributes: () => ExtendedAttributes | null;

  constructor(
    private readonly home: string,
    { python = null, patience = PATIENCE_MILLISECONDS, now = Date.now }: LocalStoreOptions
  ) {
    this.layout = new Layout(join(home, 'snapshots'));
    const locks = new Locks(this.layout.locks, patience);
    this.records = new Records(this.layout, locks.instance);
    this.access = new Access(this.layout, this.records, locks);
    this.library = new Library(this.layout, this.records, this.access);
    this.trees = new KeptTrees(this.layout.trees, now);
    this.now = now;
    this.attributes = () => attributeHelper(python);
  }

  async measure(
    sources: readonly SourceFolder[],
    watch: Watch = {}
  ): Promise<Record<string, SnapshotCounts>> {
    const counts: Record<string, SnapshotCounts> = {};
    for (const source of openSources(sources, this.home)) {
      counts[source.name] = await measureSource(source, watch);
    }
    return counts;
  }

  async create(sources: readonly SourceFolder[], options: CreateOptions = {}): Promise<Snapshot> {
    this.layout.make();
    return this.access.writing('shared', 'takes a snapshot', options.signal, () => {
      this.access.tidy();
      return takeSnapshot(this.parts, sources, options);
    });
  }

  async list(): Promise<Snapshot[]> {
    return Promise.resolve(this.library.list());
  }

  async get(id: string): Promise<Snapshot> {
    return Promise.resolve(this.library.describe(this.library.find(id)));
  }

  entries(
    id: string,
    source: string,
    options?: EntriesOptions
  ): AsyncGenerator<readonly SnapshotEntry[]> {
    return this.library.entries(id, source, options);
  }

  async children(
    id: string,
    source: string,
    folder: string,
    options: ChildrenOptions
  ): Promise<SnapshotEntry[]> {
    return this.library.children(id, source, folder, options);
  }

  async entry(id: string, source: string, path: string): Promise<SnapshotEntry> {
    return this.library.entry(id, source, path);
  }

  async content(digest: string): Promise<Uint8Array> {
    return Promise.resolve(this.library.content(digest));
  }

  diff(before: string, after: string): AsyncGenerator<readonly EntryChange[]> {
    return this.library.diff(before, after);
  }

  async restore(
    id: string,
    place: RestorePlace,
    options: RestoreOptions = {}
  ): Promise<RestoreReport> {
    const record = this.library.find(id);
    return this.access.reading('restores a snapshot', options.signal, () =>
      this.annotating(attributes =>
        restoreSnapshot(this.layout, record, place, options, attributes)
      )
    );
  }

  async workspace(
    id: string,
    source: string,
    folder: string,
    options: WorkspaceOptions
  ): Promise<Workspace> {
    const kept = sourceOf(this.library.find(id), source);
    return this.access.reading('makes a workspace', options.signal, () =>
      this.annotating(attributes => makeWorkspace(this.layout, kept, folder, options, attributes))
    );
  }

  async base(id: string, source: string, options: BaseOptions): Promise<Base> {
    const record = this.library.find(id);
    const kept = sourceOf(record, source);
    return this.access.reading('makes a workspace', options.signal, () =>
      this.annotating(attributes => openBase(this.parts, record, kept, options, attributes))
    );
  }

  async pin(id: string, by: string): Promise<void> {
    this.demandKnown(id);
    await this.access.writing('shared', 'keeps a snapshot', undefined, () => {
      this.records.pin(this.library.find(id).id, by);
    });
  }

  async unpin(id: string, by: string): Promise<void> {
    this.demandKnown(id);
    await this.access.writing('shared', 'lets go of a snapshot', undefined, () => {
      this.records.unpin(this.library.find(id).id, by);
    });
  }

  async remove(id: string): Promise<PruneReport> {
    const { id: whole } = this.library.find(id);
    return this.access.writing('exclusive', 'removes a snapshot', undefined, async () => {
      const report = await removeOne(this.parts, whole);
      await this.tidyTrees();
      return report;
    });
  }

  async prune(retention: Retention): Promise<PruneReport> {
    const dryRun = retention.dryRun === true;
    if (!this.layout.exists) return { removed: [], kept: [], contents: 0, bytes: 0, dryRun };
    this.layout.demandVersion();
    const work = async (): Promise<PruneReport> => {
      const report = await removeOld(this.parts, retention, this.now());
      if (!dryRun) await this.tidyTrees();
      return report;
    };
    return dryRun
      ? this.access.reading('looks through the snapshots', undefined, work)
      : this.access.writing('exclusive', 'removes snapshots', undefined, work);
  }

  async check(options: CheckOptions = {}): Promise<CheckReport> {
    if (!this.layout.exists) return { snapshots: 0, contents: 0, bytes: 0, damages: [] };
    const repair = options.repair === true;
    const work = async (canWrite = true): Promise<CheckReport> => {
      if (canWrite) this.access.tidy();
      const format = checkFormat(this.layout, repair);
      const instance = this.access.newInstance();
      const report = await checkStore(this.parts, instance, options);
      return { ...report, damages: [...format, ...report.damages] };
    };
    return repair
      ? this.access.writing('exclusive', 'repairs the snapshots', options.signal, () => work())
      : this.access.reading('checks the snapshots', options.signal, work);
  }

  async usage(): Promise<Usage> {
    if (!this.layout.exists) return { snapshots: 0, contents: 0, bytes: 0 };
    return Promise.resolve(usageOf(this.layout, this.records));
  }

  async dispose(): Promise<void> {
    return Promise.resolve();
  }

  private get parts(): Parameters<typeof takeSnapshot>[0] & Parameters<typeof openBase>[0] {
    const { home, layout, records, access, library, trees, now, attributes } = this;
    return { home, layout, records, access, library, trees, now, attributes };
  }

  /** A store that has nothing is not made for that: it may have been moved, and is to be put back. @throws ChardError `snapshot-unknown` */
  private demandKnown(id: string): void {
    this.library.find(id);
    this.layout.make();
  }

  private tidyTrees(): Promise<void> {
    return this.trees.tidy(id => this.records.read(id) !== null);
  }

  private async annotating<Result>(
    work: (attributes: ExtendedAttributes | null) => Promise<Result>
  ): Promise<Result> {
    const attributes = this.attributes();
    try {
      return await work(attributes);
    } finally {
      attributes?.close();
    }
  }
}
