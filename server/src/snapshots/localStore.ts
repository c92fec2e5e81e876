import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  constants,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  diffEntries,
  isWithin,
  type CheckReport,
  type EntryChange,
  type PruneReport,
  type Snapshot,
  type SnapshotCounts,
  type SnapshotEntry,
  type SnapshotProblem
} from '@chard/core/snapshot';
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ChardError } from '../errors';
import { errorCode, fileFailure, makeFolders } from '../files';
import { findEntry, listFolder } from './browse';
import { checkStore } from './check';
import { freezeDocuments, freezeSource, Problems } from './create';
import { measureSource, openSources } from './folders';
import { Intake } from './intake';
import { Layout } from './layout';
import { Locks, type LockKind } from './locks';
import { publicEntry, type StoredEntry } from './manifest/model';
import { manifestEntries } from './manifests';
import { Meter } from './meter';
import { nativePath } from './names';
import {
  publicSnapshot,
  Records,
  snapshotDamaged,
  snapshotUnknown,
  type KeptRecord,
  type SnapshotRecord
} from './records';
import { targetNotEmpty, thaw, type Thawed, type Way } from './restore';
import { judge } from './retention';
import type {
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
import { contentFiles, needsOf, removeAbandoned, sweep } from './sweep';

/** How long others are waited for. */
const PATIENCE_MILLISECONDS = 60_000;

export interface LocalStoreOptions {
  /** Milliseconds to wait for other processes. */
  readonly patience?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The snapshots below `$CHARD_HOME`. Nothing is made before there is something to keep. */
export function openSnapshotStore(home: string, options: LocalStoreOptions = {}): SnapshotStore {
  return new LocalSnapshotStore(home, options);
}

class LocalSnapshotStore implements SnapshotStore {
  private readonly layout: Layout;
  private readonly records: Records;
  private readonly locks: Locks;
  private readonly now: () => number;

  constructor(
    private readonly home: string,
    { patience = PATIENCE_MILLISECONDS, now = Date.now }: LocalStoreOptions
  ) {
    this.layout = new Layout(join(home, 'snapshots'));
    this.locks = new Locks(this.layout.locks, patience);
    this.records = new Records(this.layout, this.locks.instance);
    this.now = now;
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
    return this.locked('shared', 'takes a snapshot', options.signal, async () => {
      this.tidy();
      const createdAt = this.now();
      const opened = openSources(sources, this.home);
      const intake = new Intake(this.layout, this.newInstance());
      try {
        const problems = new Problems();
        const meter = new Meter(options);
        const freezing = {
          layout: this.layout,
          intake,
          problems,
          meter,
          watch: options,
          now: () => BigInt(this.now()) * 1_000_000n
        };
        const frozen: SnapshotRecord['sources'] = [];
        for (const source of opened) {
          frozen.push(await freezeSource(source, this.formerManifest(source.path), freezing));
        }
        const documents = freezeDocuments(options.documents ?? {}, intake);
        const labels = { ...options.labels };
        const found = { labels, sources: frozen, documents };
        const last = options.orLast === true && intake.addedBytes === 0 ? this.last(found) : null;
        if (last !== null && problems.count === 0) {
          for (const by of options.pins ?? []) this.records.pin(last.id, by);
          meter.end();
          return this.describe(last);
        }
        await intake.publish();
        options.signal?.throwIfAborted();
        meter.end();
        const id = this.records.add(
          {
            createdAt,
            ...found,
            addedBytes: intake.addedBytes,
            problems: problems.list,
            problemCount: problems.count
          },
          options.pins ?? []
        );
        return this.describe(this.find(id));
      } finally {
        intake.close();
      }
    });
  }

  /** The newest snapshot of the same labels, if it holds the same. */
  private last(found: Pick<SnapshotRecord, 'labels' | 'sources' | 'documents'>): KeptRecord | null {
    const { labels, sources, documents } = found;
    const newest = this.records.all().find(record => isDeepStrictEqual(record.labels, labels));
    if (newest === undefined || newest.problemCount > 0) return null;
    const isSame = isDeepStrictEqual(
      { sources: newest.sources, documents: newest.documents },
      { sources, documents }
    );
    return isSame ? newest : null;
  }

  async list(): Promise<Snapshot[]> {
    if (!this.layout.exists) return [];
    this.layout.demandVersion();
    return Promise.resolve(this.records.all().map(record => this.describe(record)));
  }

  async get(id: string): Promise<Snapshot> {
    return Promise.resolve(this.describe(this.find(id)));
  }

  async *entries(
    id: string,
    source: string,
    { under }: EntriesOptions = {}
  ): AsyncGenerator<readonly SnapshotEntry[]> {
    const record = this.find(id);
    const { manifest } = sourceOf(record, source);
    const lock = await this.readLock('reads a snapshot');
    try {
      for (const batch of manifestEntries(this.layout, manifest.digest)) {
        const entries = under === undefined ? batch : batch.filter(e => isWithin(e.path, under));
        if (entries.length > 0) yield entries.map(publicEntry);
      }
    } finally {
      lock?.();
    }
  }

  async children(
    id: string,
    source: string,
    folder: string,
    { behind, limit }: ChildrenOptions
  ): Promise<SnapshotEntry[]> {
    const { manifest } = sourceOf(this.find(id), source);
    return this.reading('reads a snapshot', undefined, () => {
      const found = listFolder(this.layout, manifest.digest, {
        folder,
        behind: behind ?? null,
        limit
      });
      if (found === null) throw pathUnknown(folder);
      return Promise.resolve(found.map(publicEntry));
    });
  }

  async entry(id: string, source: string, path: string): Promise<SnapshotEntry> {
    const { manifest } = sourceOf(this.find(id), source);
    return this.reading('reads a snapshot', undefined, () => {
      const found = findEntry(this.layout, manifest.digest, path);
      if (found === null) throw pathUnknown(path);
      return Promise.resolve(publicEntry(found));
    });
  }

  async content(digest: string): Promise<Uint8Array> {
    const path = this.layout.content(digest);
    let content: Buffer;
    try {
      content = readFileSync(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT')
        throw snapshotDamaged('The content of a file', path, error);
      throw fileFailure(error, path, 'store');
    }
    if (hash('sha256', content, 'hex') !== digest) {
      throw snapshotDamaged('The content of a file', path);
    }
    return Promise.resolve(content);
  }

  async *diff(before: string, after: string): AsyncGenerator<readonly EntryChange[]> {
    const [old, now] = [this.find(before), this.find(after)];
    const names = new Set([...old.sources, ...now.sources].map(({ name }) => name));
    for (const source of names) {
      const side = (record: KeptRecord): AsyncIterable<readonly SnapshotEntry[]> =>
        record.sources.some(({ name }) => name === source)
          ? this.entries(record.id, source)
          : nothing();
      for await (const changes of diffEntries(side(old), side(now))) {
        yield changes.map(change => ({ source, ...change }));
      }
    }
  }

  async restore(
    id: string,
    place: RestorePlace,
    options: RestoreOptions = {}
  ): Promise<RestoreReport> {
    const record = this.find(id);
    const sources = record.sources.filter(
      ({ name }) => options.source === undefined || name === options.source
    );
    if (options.source !== undefined) sourceOf(record, options.source);
    const release = await this.readLock('restores a snapshot', options.signal);
    try {
      const chosen = options.paths ?? [];
      if (chosen.length > 0) this.demandPaths(sources, chosen);
      const meter = new Meter(options, chosen.length > 0 ? null : totalOf(sources));
      const put = (source: KeptSource, target: string, compare: boolean): Promise<Thawed> =>
        this.thawSource(source, target, 'copy', compare, meter, chosen);
      const report = emptyReport();
      if ('inPlace' in place) {
        for (const source of sources) {
          make(source.path);
          add(report, source.name, source.path, await put(source, source.path, true));
        }
      } else {
        const isAlone = record.sources.length === 1 || options.source !== undefined;
        const within = (folder: string, { name }: KeptSource): string =>
          isAlone ? folder : join(folder, name);
        const fill = async (folder: string, compare: boolean): Promise<void> => {
          for (const source of sources) {
            const target = within(folder, source);
            make(target);
            const thawed = await put(source, target, compare);
            add(report, source.name, within(place.folder, source), thawed);
          }
        };
        if (place.replace === true) await fill(place.folder, true);
        else await newFolder(place.folder, folder => fill(folder, false));
      }
      meter.end();
      return report;
    } finally {
      release?.();
    }
  }

  async workspace(
    id: string,
    source: string,
    folder: string,
    { copyLimit, ...watch }: WorkspaceOptions
  ): Promise<Workspace> {
    const record = this.find(id);
    const kept = sourceOf(record, source);
    const release = await this.readLock('makes a workspace', watch.signal);
    try {
      const way = this.canClone(kept, folder) ? 'reflink' : 'copy';
      const { bytes } = kept.counts;
      if (way === 'copy' && bytes > copyLimit) return { way: 'none', bytes };
      const meter = new Meter(watch, totalOf([kept]));
      const thawed = await newFolder(folder, made =>
        this.thawSource(kept, made, way, false, meter, [])
      );
      meter.end();
      return { way, problems: thawed.problems };
    } finally {
      release?.();
    }
  }

  async pin(id: string, by: string): Promise<void> {
    this.layout.make();
    await this.locked('shared', 'keeps a snapshot', undefined, () => {
      this.records.pin(this.find(id).id, by);
    });
  }

  async unpin(id: string, by: string): Promise<void> {
    this.layout.make();
    await this.locked('shared', 'lets go of a snapshot', undefined, () => {
      this.records.unpin(this.find(id).id, by);
    });
  }

  async remove(id: string): Promise<PruneReport> {
    const { id: whole } = this.find(id);
    return this.locked('exclusive', 'removes a snapshot', undefined, async () => {
      const [pin] = this.records.pins(whole);
      if (pin !== undefined) {
        throw new ChardError(
          'snapshot-needed',
          `The snapshot ${whole} is needed by ${pin}, so it stays. Delete that first.`
        );
      }
      return this.clear(
        record => (record.id === whole ? null : 'not the one to be removed'),
        false
      );
    });
  }

  async check(options: CheckOptions = {}): Promise<CheckReport> {
    if (!this.layout.exists) return { snapshots: 0, contents: 0, bytes: 0, damages: [] };
    const repair = options.repair === true;
    const work = async (canWrite = true): Promise<CheckReport> => {
      if (canWrite) this.tidy();
      const format = this.checkFormat(repair);
      const report = await checkStore(this.layout, this.records, this.newInstance(), options);
      return { ...report, damages: [...format, ...report.damages] };
    };
    return repair
      ? this.locked('exclusive', 'repairs the snapshots', options.signal, () => work())
      : this.reading('checks the snapshots', options.signal, work);
  }

  async prune(retention: Retention): Promise<PruneReport> {
    const dryRun = retention.dryRun === true;
    if (!this.layout.exists) return { removed: [], kept: [], contents: 0, bytes: 0, dryRun };
    this.layout.demandVersion();
    const work = (): Promise<PruneReport> => {
      const snapshots = this.records.all().map(record => this.describe(record));
      const verdicts = judge(snapshots, retention, this.now());
      const whys = new Map(verdicts.map(({ snapshot, why }) => [snapshot.id, why]));
      return this.clear(({ id }) => whys.get(id) ?? null, dryRun);
    };
    return dryRun
      ? this.reading('looks through the snapshots', undefined, work)
      : this.locked('exclusive', 'removes snapshots', undefined, work);
  }

  async usage(): Promise<Usage> {
    if (!this.layout.exists) return { snapshots: 0, contents: 0, bytes: 0 };
    const usage = { snapshots: this.records.ids().length, contents: 0, bytes: 0 };
    for (const { path, digest } of contentFiles(this.layout)) {
      if (digest === null) continue;
      usage.contents += 1;
      usage.bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
    for (const { sources } of this.records.all()) {
      // Each is there twice.
      for (const { manifest } of sources) usage.bytes += 2 * manifest.bytes;
    }
    return Promise.resolve(usage);
  }

  /** Removes the snapshots for which `whyKept` has no reason, and what only they need. */
  private async clear(
    whyKept: (record: KeptRecord) => string | null,
    dryRun: boolean
  ): Promise<PruneReport> {
    const records = this.records.all();
    const lost = this.records.ids().find(id => !records.some(record => record.id === id));
    if (lost !== undefined) {
      throw snapshotDamaged(
        `The record of the snapshot ${lost}`,
        join(this.layout.records, `${lost}.json`)
      );
    }
    const kept = records.flatMap(record => {
      const why = whyKept(record);
      return why === null ? [] : [{ record, why }];
    });
    const going = records.filter(record => !kept.some(each => each.record === record));
    // Before anything is removed: it throws where that is not known.
    const needs = await needsOf(
      this.layout,
      kept.map(({ record }) => record)
    );
    if (!dryRun) for (const { id } of going) this.records.remove(id);
    try {
      const freed = await sweep(
        this.layout,
        this.records,
        needs,
        this.locks.livingInstances(),
        dryRun
      );
      return {
        removed: going.map(({ id }) => id),
        kept: kept.map(({ record, why }) => ({ snapshot: record.id, why })),
        ...freed,
        dryRun
      };
    } catch (error) {
      throw fileFailure(error, this.layout.folder, 'store');
    }
  }

  private checkFormat(repair: boolean): CheckReport['damages'] {
    try {
      this.layout.demandVersion();
      return [];
    } catch (error) {
      if (!(error instanceof ChardError && error.code === 'store-damaged')) throw error;
    }
    if (repair) this.layout.writeFormat();
    const repaired = repair ? 'written again' : null;
    const where = { path: this.layout.format, bytes: null, touches: [], touchCount: 0 };
    return [{ what: 'record', how: 'changed', ...where, repaired, isMended: repair }];
  }

  private thawSource(
    source: KeptSource,
    target: string,
    way: Way,
    compare: boolean,
    meter: Meter,
    paths: readonly string[]
  ): Promise<Thawed> {
    const damaged: SnapshotProblem[] = [];
    const entries = manifestEntries(this.layout, source.manifest.digest, () =>
      damaged.push({
        source: source.name,
        path: '',
        code: 'damaged',
        message: 'Part of the list of its files is damaged, so some may be missing.'
      })
    );
    const order = { layout: this.layout, source: source.name, target, way, compare, meter };
    return thaw(chosenOf(entries, paths), order).then(thawed => ({
      ...thawed,
      problems: [...damaged, ...thawed.problems]
    }));
  }

  /** Whether files in a folder can share blocks with the store; tried with one of them. */
  private canClone({ manifest }: KeptSource, folder: string): boolean {
    const above = dirname(folder);
    make(above);
    for (const batch of manifestEntries(this.layout, manifest.digest)) {
      const file = batch.find(({ digest, size }) => digest !== null && size > 0);
      if (file?.digest == null) continue;
      const trial = temporaryBeside(folder);
      try {
        copyFileSync(this.layout.content(file.digest), trial, constants.COPYFILE_FICLONE_FORCE);
        return true;
      } catch {
        // Whatever the reason: a copy may still be possible, and says why where it is not.
        return false;
      } finally {
        rmSync(trial, { force: true });
      }
    }
    return false;
  }

  private demandPaths(sources: readonly KeptSource[], paths: readonly string[]): void {
    const missing = new Set(paths);
    for (const { manifest } of sources) {
      for (const batch of manifestEntries(this.layout, manifest.digest)) {
        for (const path of missing) {
          if (batch.some(entry => isWithin(entry.path, path))) missing.delete(path);
        }
        if (missing.size === 0) return;
      }
    }
    const [first = ''] = missing;
    throw pathUnknown(first);
  }

  /** The list of entries of the newest snapshot of a folder. */
  private formerManifest(path: string): string | null {
    for (const { sources } of this.records.all()) {
      const source = sources.find(each => each.path === path);
      if (source !== undefined) return this.layout.manifest(source.manifest.digest);
    }
    return null;
  }

  /** @throws ChardError `snapshot-unknown`, `snapshot-ambiguous`, `snapshot-damaged` */
  private find(reference: string): KeptRecord {
    if (this.layout.exists) this.layout.demandVersion();
    if (reference === 'latest') {
      const [newest] = this.records.all();
      if (newest === undefined) throw snapshotUnknown(reference);
      return newest;
    }
    const ids = this.records.ids().filter(id => reference !== '' && id.startsWith(reference));
    const [id] = ids;
    if (id === undefined) throw snapshotUnknown(reference);
    if (ids.length > 1) {
      throw new ChardError(
        'snapshot-ambiguous',
        `${reference} is the beginning of ${ids.length} snapshots: ${ids.sort().join(', ')}. Give more of its id.`,
        { exitCode: 2 }
      );
    }
    const record = this.records.read(id);
    if (record !== null) return record;
    throw snapshotDamaged(
      `The record of the snapshot ${id}`,
      join(this.layout.records, `${id}.json`)
    );
  }

  private describe(record: KeptRecord): Snapshot {
    return publicSnapshot(record, this.records.pins(record.id));
  }

  private newInstance(): string {
    return `${this.locks.instance}.${randomBytes(4).toString('hex')}`;
  }

  private async locked<Result>(
    kind: LockKind,
    what: string,
    signal: AbortSignal | undefined,
    work: () => Result | Promise<Result>
  ): Promise<Result> {
    const lock = await this.locks.take(kind, what, signal);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  private async reading<Result>(
    what: string,
    signal: AbortSignal | undefined,
    work: (canWrite: boolean) => Promise<Result>
  ): Promise<Result> {
    const release = await this.readLock(what, signal);
    try {
      return await work(release !== null);
    } finally {
      release?.();
    }
  }

  /** Ends what processes that are gone had not finished. */
  private tidy(): void {
    try {
      removeAbandoned(this.layout, this.records, this.locks.livingInstances());
    } catch (error) {
      throw fileFailure(error, this.layout.folder, 'store');
    }
  }

  /**
   * Keeps others from removing what is being read, until the function returned is called. A store that cannot be written needs none,
   * since nothing can be removed: null.
   */
  private async readLock(what: string, signal?: AbortSignal): Promise<(() => void) | null> {
    try {
      const lock = await this.locks.take('shared', what, signal);
      return () => lock.release();
    } catch (error) {
      if (error instanceof ChardError && error.code === 'store-read-only') return null;
      throw error;
    }
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

type KeptSource = KeptRecord['sources'][number];

function pathUnknown(path: string): ChardError {
  return new ChardError(
    'snapshot-path-unknown',
    `The snapshot has no ${JSON.stringify(path)}. \`chard snapshot show\` with --files lists what it has.`,
    { exitCode: 2, path }
  );
}

/** @throws ChardError `source-unknown` */
function sourceOf({ id, sources }: KeptRecord, name: string): KeptSource {
  const source = sources.find(each => each.name === name);
  if (source !== undefined) return source;
  throw new ChardError(
    'source-unknown',
    `The snapshot ${id} has no folder "${name}". It has: ${sources.map(each => each.name).join(', ')}.`,
    { exitCode: 2 }
  );
}

function totalOf(sources: readonly KeptSource[]): { files: number; bytes: number } {
  const total = { files: 0, bytes: 0 };
  for (const { counts } of sources) {
    total.files += counts.files + counts.folders + counts.links;
    total.bytes += counts.bytes;
  }
  return total;
}

function emptyReport(): Mutable<RestoreReport> {
  return { places: {}, files: 0, folders: 0, links: 0, bytes: 0, unchanged: 0, problems: [] };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function add(
  report: Mutable<RestoreReport>,
  name: string,
  place: string,
  { counts, unchanged, problems }: Thawed
): void {
  report.places = { ...report.places, [name]: place };
  report.files += counts.files;
  report.folders += counts.folders;
  report.links += counts.links;
  report.bytes += counts.bytes;
  report.unchanged += unchanged;
  report.problems = [...report.problems, ...problems];
}

function* chosenOf(
  batches: Iterable<StoredEntry[]>,
  paths: readonly string[]
): Generator<StoredEntry[], void, void> {
  for (const batch of batches) {
    yield paths.length === 0
      ? batch
      : batch.filter(entry => paths.some(path => isWithin(entry.path, path)));
  }
}

async function* nothing(): AsyncGenerator<readonly SnapshotEntry[]> {
  yield [];
}

/** Makes a folder as a whole: it gets its name when all is in it. @throws ChardError `target-not-empty`, `folder-full`, ... */
async function newFolder<Result>(
  path: string,
  fill: (folder: string) => Promise<Result>
): Promise<Result> {
  demandEmpty(path);
  make(dirname(path));
  const temporary = temporaryBeside(path);
  try {
    make(temporary);
    const result = await fill(temporary);
    try {
      renameSync(nativePath(temporary), nativePath(path));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') throw targetNotEmpty(path);
      throw fileFailure(error, path, 'folder');
    }
    return result;
  } catch (error) {
    rmSync(nativePath(temporary), { recursive: true, force: true });
    throw error;
  }
}

function temporaryBeside(path: string): string {
  return join(
    dirname(path),
    `.chard-${basename(path).slice(0, 80)}-${randomBytes(6).toString('hex')}`
  );
}

function demandEmpty(path: string): void {
  try {
    if (readdirSync(nativePath(path)).length > 0) throw targetNotEmpty(path);
  } catch (error) {
    if (error instanceof ChardError) throw error;
    if (errorCode(error) === 'ENOENT') return;
    if (errorCode(error) === 'ENOTDIR') throw targetNotEmpty(path);
    throw fileFailure(error, path, 'folder');
  }
}

function make(path: string): void {
  try {
    makeFolders(path);
  } catch (error) {
    throw fileFailure(error, path, 'folder');
  }
}
