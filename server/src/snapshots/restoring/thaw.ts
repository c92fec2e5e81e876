import { hash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  futimesSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync
} from 'node:fs';
import type { SnapshotCounts, SnapshotProblem } from '@chard/core/snapshot';
import { errorCode, fileFailure, reasonOf } from '../../files';
import { AttributesUnavailable, type ExtendedAttributes } from '../attributes/model';
import type { Layout } from '../disk/layout';
import type { StoredEntry } from '../manifest/model';
import type { Meter } from '../work/meter';
import { Turns } from '../work/meter';
import { OrderedQueue } from '../work/queue';
import { ReadFailure, transfer } from '../work/transfer';
import {
  demandReplaceable,
  finishFolder,
  finishLink,
  Hindrance,
  moveOver,
  putFolder,
  putLink,
  putSameFile,
  seconds,
  standing,
  Tree,
  type Spot
} from './tree';

const SIDE_BY_SIDE = 4;
const SMALL = 128 * 1024;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const OLD_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** How contents get from the store to a folder. */
export type Way = 'reflink' | 'copy';

export interface Thaw {
  readonly layout: Layout;
  /** The source's name. */
  readonly source: string;
  /** Absolute path of a folder that is there. */
  readonly target: string;
  readonly way: Way;
  /** Leaves alone what is as it should be. */
  readonly compare: boolean;
  /** Null where there is no way to any. */
  readonly attributes: ExtendedAttributes | null;
  /** Takes attributes away that the entries do not have. */
  readonly isExact: boolean;
  readonly meter: Meter;
}

export interface Thawed {
  readonly counts: SnapshotCounts;
  readonly unchanged: number;
  readonly problems: readonly SnapshotProblem[];
}

/**
 * Puts entries into a folder. @param batches in the order of `comparePaths`
 * @throws ChardError `folder-full`, ...; what hinders single entries is a problem
 */
export async function thaw(
  batches: Iterable<readonly StoredEntry[]>,
  order: Thaw
): Promise<Thawed> {
  const work = new Thawing(order);
  try {
    await work.run(batches);
    return work.result;
  } catch (error) {
    throw fileFailure(error, order.target, 'folder');
  } finally {
    await work.close();
  }
}

class Thawing {
  private readonly tree: Tree;
  private readonly counts = { files: 0, folders: 0, links: 0, bytes: 0 };
  private readonly problems: SnapshotProblem[] = [];
  private unchanged = 0;
  /** Extended attributes of which it was told that nothing here takes them; empty for all. */
  private readonly refused = new Set<string>();
  private readonly turns = new Turns();
  private readonly queue = new OrderedQueue<object>(SIDE_BY_SIDE, () => undefined);
  /** What waits until all files are there. */
  private readonly sameFiles: StoredEntry[] = [];
  private readonly folders: StoredEntry[] = [];
  /** First names of files with several that were put back. */
  private readonly firsts = new Map<string, string>();

  constructor(private readonly order: Thaw) {
    this.tree = new Tree(order.target);
  }

  get result(): Thawed {
    return { counts: this.counts, unchanged: this.unchanged, problems: this.problems };
  }

  async run(batches: Iterable<readonly StoredEntry[]>): Promise<void> {
    for (const batch of batches) {
      for (const entry of batch) {
        if (this.turns.isDue) await this.turns.give();
        await this.put(entry);
      }
    }
    await this.queue.empty();
    for (const entry of this.sameFiles) await this.putSame(entry);
    await this.queue.empty();
    for (const entry of this.folders.reverse()) {
      await this.annotateFolder(entry);
      this.attempt(entry, spot => finishFolder(spot, entry.mode, entry.modified));
    }
  }

  async close(): Promise<void> {
    await this.queue.settle();
    this.tree.close();
  }

  private async put(entry: StoredEntry): Promise<void> {
    if (entry.sameFileAs !== null) {
      this.sameFiles.push(entry);
    } else if (entry.kind === 'file') {
      await this.putFile(entry);
    } else if (entry.kind === 'folder') {
      this.attempt(entry, spot => {
        putFolder(spot);
        this.folders.push(entry);
        this.done(entry);
      });
    } else {
      this.attempt(entry, spot => {
        if (!putLink(spot, entry.target ?? '')) this.unchanged += 1;
        finishLink(spot, entry.modified);
        this.done(entry);
      });
    }
  }

  private async putSame(entry: StoredEntry): Promise<void> {
    const first = this.firsts.get(entry.sameFileAs ?? '');
    if (first === undefined) {
      // Its first name was not asked for, or could not be put back: this one takes its place.
      await this.putFile(entry);
      await this.queue.empty();
      return;
    }
    this.attempt(entry, spot => {
      const other = this.tree.spot(first);
      try {
        putSameFile(spot, other);
      } finally {
        other.leave();
      }
      this.counts.files += 1;
      this.order.meter.add(1, 0);
    });
  }

  private async putFile(entry: StoredEntry): Promise<void> {
    const spot = this.findSpot(entry);
    if (spot === null) return;
    if (entry.size <= SMALL && !this.order.compare && entry.attributes === null) {
      try {
        this.guard(entry, () => this.writeSmall(entry, spot));
      } finally {
        spot.leave();
      }
      return;
    }
    await this.queue.room();
    void this.queue.add(async () => {
      try {
        await this.writeLarge(entry, spot);
      } catch (error) {
        this.hindered(entry, error);
      } finally {
        spot.leave();
      }
      return entry;
    });
  }

  private writeSmall(entry: StoredEntry, spot: Spot): void {
    if (this.order.way === 'reflink') {
      this.clone(entry, spot.native);
      finishFile(spot.native, entry);
    } else {
      const content = this.content(entry);
      const file = openSync(spot.native, NEW_FILE, 0o600);
      try {
        for (let at = 0; at < content.length;) at += writeSync(file, content, at);
        finishOpenFile(file, entry);
      } finally {
        closeSync(file);
      }
    }
    this.written(entry);
  }

  private async writeLarge(entry: StoredEntry, spot: Spot): Promise<void> {
    const there = this.order.compare ? standing(spot) : null;
    if (there !== null) demandReplaceable(there);
    if (there?.isFile() === true && Number(there.size) === entry.size) {
      const digest = await this.digest(spot.native);
      if (digest === entry.digest) {
        await this.finishFile(spot.native, entry);
        this.unchanged += 1;
        return this.written(entry);
      }
    }
    const path = there === null ? spot.native : spot.temporary();
    try {
      if (this.order.way === 'reflink') {
        this.clone(entry, path);
        await this.finishFile(path, entry);
      } else {
        await this.copy(entry, path, there !== null);
      }
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
    if (there !== null) moveOver(path, spot);
    this.written(entry);
  }

  private async copy(entry: StoredEntry, path: string | Buffer, flush: boolean): Promise<void> {
    const from = this.openContent(entry);
    try {
      const to = openSync(path, NEW_FILE, 0o600);
      try {
        const { digest, bytes } = await transfer({
          from,
          to,
          limit: Infinity,
          holes: entry.isSparse,
          onBytes: count => this.order.meter.add(0, count)
        });
        if (digest !== entry.digest || bytes !== entry.size) throw contentDamaged(entry);
        await this.annotate(to, entry);
        finishOpenFile(to, entry);
        // What is put in the place of something else has to be there before that is gone.
        if (flush) fsyncSync(to);
      } finally {
        closeSync(to);
      }
    } finally {
      closeSync(from);
    }
  }

  private async digest(path: string | Buffer): Promise<string> {
    const file = openSync(path, OLD_FILE);
    try {
      const options = { from: file, to: null, limit: Infinity, holes: false } as const;
      return (await transfer({ ...options, onBytes: () => this.order.meter.add(0, 0) })).digest;
    } finally {
      closeSync(file);
    }
  }

  private async finishFile(path: string | Buffer, entry: StoredEntry): Promise<void> {
    const file = openSync(path, OLD_FILE);
    try {
      await this.annotate(file, entry);
      finishOpenFile(file, entry);
    } finally {
      closeSync(file);
    }
  }

  private async annotateFolder(entry: StoredEntry): Promise<void> {
    if (!this.hasToAnnotate(entry)) return;
    const spot = this.findSpot(entry);
    if (spot === null) return;
    try {
      const folder = openSync(spot.native, OLD_FILE | constants.O_DIRECTORY);
      try {
        await this.annotate(folder, entry);
      } finally {
        closeSync(folder);
      }
    } catch (error) {
      this.hindered(entry, error);
    } finally {
      spot.leave();
    }
  }

  /** Gives an open file its extended attributes: before its permissions, which an access control list would change. */
  private async annotate(file: number, entry: StoredEntry): Promise<void> {
    if (!this.hasToAnnotate(entry)) return;
    const { path, attributes } = entry;
    try {
      if (this.order.attributes === null) throw new AttributesUnavailable('the system has none');
      for (const { name, why, isUnsupported } of await this.order.attributes.put(
        file,
        attributes ?? {},
        this.order.isExact
      )) {
        if (isUnsupported) this.refuse(name, `the file system takes no ${name}`);
        else this.notAnnotated(path, `${name}: ${why}`);
      }
    } catch (error) {
      if (!(error instanceof AttributesUnavailable)) throw error;
      this.refuse('', error.message);
    }
  }

  /** Where there is no way to any attributes, none can be missed but those of the snapshot. */
  private hasToAnnotate({ attributes }: StoredEntry): boolean {
    return attributes !== null || (this.order.isExact && this.order.attributes !== null);
  }

  /** What is so for every file is told once. */
  private refuse(name: string, why: string): void {
    if (this.refused.has(name)) return;
    this.refused.add(name);
    this.notAnnotated('', why);
  }

  private notAnnotated(path: string, why: string): void {
    const { source } = this.order;
    const whose = path === '' ? 'Extended attributes' : 'Its extended attributes';
    const message = `${whose} were not all put back: ${why}.`;
    this.problems.push({ source, path, code: 'blocked', message });
  }

  private clone(entry: StoredEntry, path: string | Buffer): void {
    const source = this.order.layout.content(entry.digest ?? '');
    const flags = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
    try {
      copyFileSync(source, path, flags);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw contentDamaged(entry);
      throw error;
    }
  }

  private content(entry: StoredEntry): Buffer {
    const path = this.order.layout.content(entry.digest ?? '');
    let content: Buffer;
    try {
      content = readFileSync(path);
    } catch (error) {
      throw contentUnreadable(entry, error);
    }
    if (hash('sha256', content, 'hex') !== entry.digest) throw contentDamaged(entry);
    this.order.meter.add(0, content.length);
    return content;
  }

  private openContent(entry: StoredEntry): number {
    try {
      return openSync(this.order.layout.content(entry.digest ?? ''), 'r');
    } catch (error) {
      throw contentUnreadable(entry, error);
    }
  }

  private written(entry: StoredEntry): void {
    if (entry.hasMoreNames) this.firsts.set(entry.sameFileAs ?? entry.path, entry.path);
    this.done(entry);
  }

  private done({ kind, size }: StoredEntry): void {
    if (kind === 'file') this.counts.files += 1;
    else if (kind === 'folder') this.counts.folders += 1;
    else this.counts.links += 1;
    this.counts.bytes += size;
    this.order.meter.add(1, 0);
  }

  private findSpot(entry: StoredEntry): Spot | null {
    let spot: Spot | null = null;
    this.guard(entry, () => {
      spot = this.tree.spot(entry.path);
    });
    return spot;
  }

  private attempt(entry: StoredEntry, work: (spot: Spot) => void): void {
    const spot = this.findSpot(entry);
    if (spot === null) return;
    try {
      this.guard(entry, () => work(spot));
    } finally {
      spot.leave();
    }
  }

  private guard(entry: StoredEntry, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.hindered(entry, error);
    }
  }

  /** Notes what hinders this entry alone. @throws all else */
  private hindered({ path }: StoredEntry, error: unknown): void {
    const { source } = this.order;
    if (error instanceof Hindrance) {
      this.problems.push({ source, path, code: error.code, message: error.message });
    } else if (error instanceof ReadFailure) {
      const message = `It was not put back: its content cannot be read: ${reasonOf(error.cause)}.`;
      this.problems.push({ source, path, code: 'damaged', message });
    } else {
      const why = HINDERED[errorCode(error) ?? ''];
      if (why === undefined) throw error;
      this.problems.push({
        source,
        path,
        code: 'blocked',
        message: `It was not put back: ${why}.`
      });
    }
  }
}

/** System errors that are of one entry, and say nothing of the others. */
const HINDERED: Readonly<Record<string, string>> = {
  EEXIST: 'something stands there already',
  ENAMETOOLONG: 'its name is longer than the file system takes',
  EILSEQ: 'the file system does not take its name',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ETXTBSY: 'it is being executed'
};

/** Gives a file its permissions and times. Never set-user-id or set-group-id: who restores it need not be who owned it. */
function finishOpenFile(file: number, { mode, modified }: StoredEntry): void {
  fchmodSync(file, mode & 0o777);
  futimesSync(file, seconds(modified), seconds(modified));
}

function finishFile(path: string | Buffer, entry: StoredEntry): void {
  const file = openSync(path, OLD_FILE);
  try {
    finishOpenFile(file, entry);
  } finally {
    closeSync(file);
  }
}

function contentDamaged({ digest }: StoredEntry): Hindrance {
  return new Hindrance(
    'damaged',
    `It was not put back: its content ${String(digest).slice(0, 12)} is damaged or lost in the store. ` +
      '`chard snapshot check --repair` looks for a sound copy.'
  );
}

function contentUnreadable(entry: StoredEntry, error: unknown): unknown {
  return errorCode(error) === 'ENOENT' ? contentDamaged(entry) : new ReadFailure(error);
}
