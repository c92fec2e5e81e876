import { hash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import type { SnapshotCounts, SnapshotProblem } from '@chard/core/snapshot';
import { errorCode, fileFailure, isRacy, sameStamp, stampOf } from '../../files';
import { Annotating } from '../attributes/annotating';
import type { ExtendedAttributes } from '../attributes/model';
import { sourceUnavailable, type OpenSource } from './folders';
import { FormerEntries } from './former';
import type { Intake } from './intake';
import type { Layout } from '../disk/layout';
import type { EntryCursor } from '../manifest/codec';
import { stampOfEntry, type StoredEntry } from '../manifest/model';
import { addManifest } from '../disk/manifests';
import { ManifestWriter } from '../manifest/writer';
import type { Meter } from '../work/meter';
import { Turns } from '../work/meter';
import { decodeBytes } from '../paths/names';
import { OrderedQueue } from '../work/queue';
import type { SnapshotRecord } from '../disk/records';
import type { Watch } from '../snapshotStore';
import { takeLarge, takeSmall, type Taken } from './file';
import { Pace } from './pace';
import { folderIdentity, unreadable, walk, type Found } from './walk';

/** Files read at once: while some wait for the disk, another is digested. */
const SIDE_BY_SIDE = 4;
const MOST_PROBLEMS = 1000;

/** What could not be taken as it was: the first thousand, and how many. */
export class Problems {
  readonly list: SnapshotProblem[] = [];
  count = 0;

  add(problem: SnapshotProblem): void {
    this.count += 1;
    if (this.list.length < MOST_PROBLEMS) this.list.push(problem);
  }
}

export interface Freezing {
  readonly layout: Layout;
  readonly intake: Intake;
  /** Null where there is no way to any. */
  readonly attributes: ExtendedAttributes | null;
  readonly problems: Problems;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly meter: Meter;
  readonly watch: Watch;
}

/** An earlier snapshot of a folder. */
export interface Former {
  /** Absolute path. */
  readonly manifest: string;
  /** Whether it has the extended attributes of what it has. */
  readonly hasAttributes: boolean;
}

/**
 * Takes one folder: its contents into the intake, its entries into a manifest.
 * @param former what has its stamp there is not read again; null for none
 */
export async function freezeSource(
  source: OpenSource,
  former: Former | null,
  freezing: Freezing
): Promise<SnapshotRecord['sources'][number]> {
  const work = new SourceFreezing(source, former, freezing);
  try {
    await work.run();
    return work.finish();
  } finally {
    await work.close();
  }
}

class SourceFreezing {
  private readonly counts: SnapshotCounts = { files: 0, folders: 0, links: 0, bytes: 0 };
  private readonly manifest: ManifestWriter;
  private readonly former: FormerEntries;
  /** Whether nothing has to be asked about what is as it was. */
  private readonly isCarrying: boolean;
  private readonly annotating: Annotating;
  private readonly queue = new OrderedQueue<Taken>(SIDE_BY_SIDE, taken => this.keep(taken));
  /** Files with several names, by identity: the first name's entry, as soon as it is known. */
  private readonly shared = new Map<string, Promise<Taken>>();
  private readonly turns = new Turns();
  private readonly pace = new Pace();

  constructor(
    private readonly source: OpenSource,
    private readonly before: Former | null,
    private readonly freezing: Freezing
  ) {
    const { intake } = freezing;
    this.annotating = new Annotating(freezing.attributes, source.path, {
      keep: entry => this.write(entry),
      report: (path, why) => this.report(attributesUnreadable(path, why))
    });
    try {
      this.manifest = new ManifestWriter(intake.newPath());
    } catch (error) {
      throw intake.failure(error);
    }
    this.former = new FormerEntries(before?.manifest ?? null, this.manifest);
    this.isCarrying = before !== null && (before.hasAttributes || freezing.attributes === null);
  }

  async run(): Promise<void> {
    const { intake } = this.freezing;
    for (const problem of this.source.problems) this.report(problem);
    for (const step of this.steps()) {
      if (this.turns.isDue) await this.turns.give();
      if ('found' in step) {
        const before = this.former.find(step.found.path);
        if (before !== null && this.carry(step.found, before)) continue;
        await this.take(step.found, before?.entry() ?? null);
      } else if ('problem' in step) this.report(step.problem);
      else await this.queue.empty();
      if (this.annotating.isFull) await this.annotating.room();
      if (intake.isFull) {
        await this.queue.empty();
        await intake.publish();
      }
    }
    await this.queue.empty();
    await this.annotating.end();
  }

  /** Makes the manifest part of the store. */
  finish(): SnapshotRecord['sources'][number] {
    const { layout, intake } = this.freezing;
    try {
      this.former.release();
      const { digest, bytes } = this.manifest.finish();
      if (addManifest(layout, this.manifest.path, digest)) intake.addedBytes += 2 * bytes;
      const { name, path } = this.source;
      const { counts } = this;
      const { entries } = this.manifest;
      const hasAttributes = this.annotating.couldAsk;
      return { name, path, counts, manifest: { digest, bytes, entries }, hasAttributes };
    } catch (error) {
      throw intake.failure(error);
    }
  }

  async close(): Promise<void> {
    await this.queue.settle();
    this.former.close();
    this.manifest.close();
  }

  private *steps(): ReturnType<typeof walk> {
    try {
      yield* walk(this.source.path, this.source.options);
    } catch (error) {
      // Only the folder itself: what cannot be read below it is a problem.
      throw errorCode(error) === undefined ? error : sourceUnavailable(this.source.path, error);
    }
  }

  /** Keeps what is in every way as it was, unless something before it is still on its way into the manifest. */
  private carry(found: Found, before: EntryCursor): boolean {
    const isNext = this.isCarrying && this.queue.isIdle && this.annotating.isIdle;
    if (!isNext || !isAsBefore(found, before)) return false;
    const { kind, size, digest } = before;
    if (digest !== null && !this.freezing.intake.hasStill(digest)) return false;
    const isKept = this.writing(() => this.former.keep());
    if (isKept) this.count(kind, size);
    return isKept;
  }

  private async take(found: Found, before: StoredEntry | null): Promise<void> {
    const { path, kind, stats } = found;
    if (kind === 'link') return this.queue.addDone(link(found));
    if (kind === 'folder') return this.queue.addDone(this.folder(found, before));
    const identity = stats.nlink > 1n ? folderIdentity(stats) : null;
    const first = identity === null ? undefined : this.shared.get(identity);
    if (first !== undefined) {
      await this.queue.room();
      void this.queue.add(async () => sameFile(path, await first));
      return;
    }
    const known = before === null ? null : this.unchanged(found, before);
    const taken = known ?? this.takeAtOnce(found);
    if (taken !== null) this.queue.addDone(taken);
    else await this.queue.room();
    const done =
      taken === null ? this.queue.add(() => takeLarge(found, this.taker)) : Promise.resolve(taken);
    if (identity !== null) this.shared.set(identity, done);
  }

  /** Takes a small file while nothing else is done, unless it is quicker to wait for several at once. */
  private takeAtOnce(found: Found): Taken | null {
    if (!this.pace.isQuick()) return null;
    const began = performance.now();
    const taken = takeSmall(found, this.taker);
    if (taken !== null) this.pace.note(performance.now() - began);
    return taken;
  }

  private get taker(): Parameters<typeof takeSmall>[1] {
    const { intake, now, meter } = this.freezing;
    return { intake, now, onBytes: bytes => meter.add(0, bytes) };
  }

  /** The file's entry where it need not be read: its stamp is that of the entry before, and what it held is in the store. */
  private unchanged({ path, stats }: Found, before: StoredEntry): Taken | null {
    if (before.kind !== 'file' || before.digest === null || before.isRacy) return null;
    if (!sameStamp(stampOfEntry(before), stampOf(stats))) return null;
    if (!this.freezing.intake.hasStill(before.digest)) return null;
    const mode = modeOf(stats);
    const hasMoreNames = stats.nlink > 1n;
    const entry = { ...before, path, mode, hasMoreNames, sameFileAs: null };
    return { entry, isAnnotated: this.hadAttributes, problem: null };
  }

  private folder({ path, stats }: Found, before: StoredEntry | null): Taken {
    const entry = entryOf('folder', path, stats, null);
    const isAnnotated =
      this.hadAttributes &&
      before?.kind === 'folder' &&
      !before.isRacy &&
      before.changed === entry.changed &&
      before.inode === entry.inode;
    const attributes = isAnnotated ? before.attributes : null;
    const racy = isRacy(stampOf(stats), this.freezing.now());
    return { entry: { ...entry, attributes, isRacy: racy }, isAnnotated, problem: null };
  }

  private get hadAttributes(): boolean {
    return this.before?.hasAttributes === true;
  }

  private keep({ entry, isAnnotated, problem }: Taken): void {
    if (problem !== null) this.report(problem);
    if (entry === null) return;
    this.annotating.add(entry, isAnnotated);
    this.count(entry.kind, entry.sameFileAs === null ? entry.size : 0);
  }

  private count(kind: StoredEntry['kind'], bytes: number): void {
    if (kind === 'folder') this.counts.folders += 1;
    else if (kind === 'link') this.counts.links += 1;
    else this.counts.files += 1;
    this.counts.bytes += bytes;
    this.freezing.meter.add(1, 0);
  }

  private write(entry: StoredEntry): void {
    this.writing(() => {
      this.former.release();
      this.manifest.add(entry);
    });
  }

  private writing<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw fileFailure(error, this.freezing.layout.folder, 'store');
    }
  }

  private report(problem: Omit<SnapshotProblem, 'source'>): void {
    this.freezing.problems.add({ source: this.source.name, ...problem });
  }
}

/** Whether an entry says of what was found all that there is to say, so that nothing has to be read. */
function isAsBefore(found: Found, before: EntryCursor): boolean {
  const { kind, stats } = found;
  const { isRacy: isUncertain, mode, inode, changed, modified } = before;
  const isSame =
    before.kind === kind &&
    !isUncertain &&
    inode === stats.ino &&
    changed === stats.ctimeNs &&
    modified === stats.mtimeNs &&
    mode === modeOf(stats);
  if (!isSame || kind === 'folder') return isSame;
  if (kind === 'link') return link(found).entry?.target === before.target;
  const hasOneName = stats.nlink === 1n && !before.hasMoreNames && before.sameFileAs === null;
  return hasOneName && before.size === Number(stats.size);
}

/** Keeps documents beside the folders. */
export function freezeDocuments(
  documents: Readonly<Record<string, Uint8Array>>,
  intake: Intake
): SnapshotRecord['documents'] {
  return Object.fromEntries(
    Object.entries(documents).map(([name, content]) => {
      const digest = hash('sha256', content, 'hex');
      intake.put(digest, content);
      return [name, { digest, bytes: content.length }];
    })
  );
}

function link({ path, native, stats }: Found): Taken {
  try {
    const target = decodeBytes(readlinkSync(native, { encoding: 'buffer' }));
    return { entry: entryOf('link', path, stats, target), isAnnotated: true, problem: null };
  } catch (error) {
    const isGone = errorCode(error) === 'ENOENT';
    const problem = { path, code: 'unreadable', message: unreadable(error) } as const;
    return { entry: null, isAnnotated: true, problem: isGone ? null : problem };
  }
}

function modeOf({ mode }: Found['stats']): number {
  return Number(mode) & 0o7777;
}

function entryOf(
  kind: 'folder' | 'link',
  path: string,
  stats: Found['stats'],
  target: string | null
): StoredEntry {
  return {
    path,
    kind,
    mode: modeOf(stats),
    size: 0,
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
    inode: stats.ino,
    isRacy: false,
    isSparse: false,
    hasMoreNames: false,
    digest: null,
    target,
    sameFileAs: null,
    attributes: null
  };
}

function sameFile(path: string, { entry, isAnnotated, problem }: Taken): Taken {
  if (entry === null) return { entry, isAnnotated, problem: problem && { ...problem, path } };
  return { entry: { ...entry, path, sameFileAs: entry.path }, isAnnotated, problem: null };
}

function attributesUnreadable(path: string, why: string): Omit<SnapshotProblem, 'source'> {
  const whose = path === '' ? 'Extended attributes' : 'Its extended attributes';
  const message = `${whose} are not in the snapshot, because they cannot be read: ${why}.`;
  return { path, code: 'unreadable', message };
}
