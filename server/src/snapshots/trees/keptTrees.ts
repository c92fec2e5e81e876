import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { SnapshotId } from '@chard/core/snapshot';
import { makeFolders, removeTree } from '../../files';
import { thisOwner } from '../../stores/owner';
import { writeDurably } from '../disk/layout';
import { Locks, type Lock } from '../disk/locks';
import { stampOfFolders, stampOfTree, type TreeStamp } from './stamp';

/** Trees of so many folders are kept. */
const MOST = 4;
/** None is kept that nobody uses while less of the disk is free. */
const LEAST_FREE = 0.1;
/** So long a tree of which every file was looked at is known by its folders. */
const LOOK_MILLISECONDS = 24 * 60 * 60 * 1000;

const TreeRecord = z.object({
  /** Absolute path of the folder that it is of. */
  path: z.string(),
  /** Which snapshot it was made of, and the source's name there. */
  snapshot: SnapshotId,
  source: z.string(),
  way: z.enum(['reflink', 'copy']),
  bytes: z.int().min(0),
  stamp: z.string()
});
export type TreeRecord = z.infer<typeof TreeRecord>;

/** What a look at every file of a tree has found. It holds until the machine starts anew: what was not on the disk by then may be gone. */
const Look = z.object({
  boot: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  folders: z.string(),
  paths: z.array(z.string())
});

/** A tree that nobody removes before it is let go. */
export interface HeldTree {
  /** Absolute path of its files. */
  readonly files: string;
  readonly release: () => void;
}

/**
 * Trees made of snapshots for runs, which only read them, so that the next run need not make one. A tree is a folder with its files, who uses
 * it, and a record that is written last: without one it is not finished, or not to be kept. Who removes one has it alone.
 */
export class KeptTrees {
  private readonly boot = thisOwner().boot;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly folder: string,
    private readonly now: () => number
  ) {}

  /** The tree of a folder, newest first, if it is as it was made; the caller lets it go. */
  async borrow(path: string, signal?: AbortSignal): Promise<(HeldTree & TreeRecord) | null> {
    for (const name of this.byUse()) {
      if (this.record(name)?.path !== path) continue;
      const lock = await this.lock(name, 'shared');
      if (lock === null) continue;
      const release = (): void => lock.release();
      try {
        // Again: it may have been removed before it was taken.
        const record = this.record(name);
        const files = this.files(name);
        if (record !== null && (await this.isAsMade(name, record, signal))) {
          const now = new Date();
          utimesSync(this.recordFile(name), now, now);
          return { ...record, files, release };
        }
        rmSync(this.recordFile(name), { force: true });
      } catch (error) {
        release();
        signal?.throwIfAborted();
        if (this.record(name) !== null) throw error;
      }
      release();
    }
    return null;
  }

  /** Begins a tree, whose folder `files` is not there yet. `keep` makes it one for others. @throws the system's error, ... */
  async begin(): Promise<HeldTree & { keep(record: Omit<TreeRecord, 'stamp'>): Promise<void> }> {
    const name = randomBytes(8).toString('hex');
    makeFolders(join(this.folder, name, 'locks'), 0o700);
    const lock = await this.locks(name).take('shared', 'makes a tree');
    return {
      files: this.files(name),
      keep: async record => {
        const stamp = await stampOfTree(this.files(name));
        this.noteLook(name, stamp);
        writeDurably(this.recordFile(name), JSON.stringify({ ...record, stamp: stamp.whole }));
      },
      release: () => {
        lock.release();
        if (this.record(name) === null) removeTree(join(this.folder, name));
      }
    };
  }

  /**
   * Removes trees that nobody uses: those that are not finished, of snapshots that are gone, older ones of the same folder, more than are
   * kept, and all while the disk is nearly full. @param copyLimit bytes of trees that share no blocks
   */
  async tidy(isThere: (snapshot: string) => boolean, copyLimit = Infinity): Promise<void> {
    const folders = new Set<string>();
    const hasRoom = this.hasRoom();
    let copied = 0;
    for (const name of this.byUse()) {
      const record = this.record(name);
      const isWanted =
        record !== null && isThere(record.snapshot) && !folders.has(record.path) && hasRoom;
      if (record?.way === 'copy') copied += record.bytes;
      if (isWanted && folders.size < MOST && copied <= copyLimit) folders.add(record.path);
      else await this.remove(name);
    }
  }

  /** All that are finished, each with whether every file is as it was made. */
  async *survey(
    signal?: AbortSignal
  ): AsyncGenerator<TreeRecord & { files: string; isAsMade: boolean }> {
    for (const name of this.byUse()) {
      const record = this.record(name);
      const lock = record === null ? null : await this.lock(name, 'shared');
      if (record === null || lock === null) continue;
      const files = this.files(name);
      try {
        const { whole } = await stampOfTree(files, signal);
        yield { ...record, files, isAsMade: whole === record.stamp };
      } finally {
        lock.release();
      }
    }
  }

  /** Lets no run have a tree any more. @param files its path */
  discard(files: string): void {
    rmSync(this.recordFile(basename(dirname(files))), { force: true });
  }

  /** By all its files now and then, and else by its folders: nothing but intent writes to a file that is there. */
  private async isAsMade(
    name: string,
    { stamp }: TreeRecord,
    signal?: AbortSignal
  ): Promise<boolean> {
    const files = this.files(name);
    const look = this.look(name);
    if (look !== null) return stampOfFolders(files, look.paths) === look.folders;
    const found = await stampOfTree(files, signal);
    if (found.whole !== stamp) return false;
    this.noteLook(name, found);
    return true;
  }

  /** The last look, if it still holds. */
  private look(name: string): z.infer<typeof Look> | null {
    try {
      const look = Look.parse(JSON.parse(readFileSync(this.lookFile(name), 'utf8')));
      const age = this.now() - look.at;
      return look.boot === this.boot && age >= 0 && age < LOOK_MILLISECONDS ? look : null;
    } catch {
      // Not there, or cut off: it is looked again.
      return null;
    }
  }

  private noteLook(name: string, { folders, paths }: TreeStamp): void {
    if (folders === '') return;
    const look: z.infer<typeof Look> = {
      boot: this.boot,
      at: this.now(),
      folders,
      paths: [...paths]
    };
    writeFileSync(this.lookFile(name), JSON.stringify(look));
  }

  private lookFile(name: string): string {
    return join(this.folder, name, 'look.json');
  }

  private async remove(name: string): Promise<void> {
    const lock = await this.lock(name, 'exclusive');
    if (lock === null) return;
    rmSync(this.recordFile(name), { force: true });
    removeTree(join(this.folder, name));
    lock.release();
  }

  private hasRoom(): boolean {
    if (!existsSync(this.folder)) return true;
    const { bavail, blocks } = statfsSync(this.folder);
    return bavail >= blocks * LEAST_FREE;
  }

  /** Null where others have it, or it has just been removed. */
  private async lock(name: string, kind: 'shared' | 'exclusive'): Promise<Lock | null> {
    try {
      return await this.locks(name).take(kind, 'uses a tree');
    } catch {
      // In use, gone, or on a disk that takes no file: another one is made, or this one stays.
      return null;
    }
  }

  private locks(name: string): Locks {
    return new Locks(join(this.folder, name, 'locks'), 0);
  }

  private files(name: string): string {
    return join(this.folder, name, 'files');
  }

  private recordFile(name: string): string {
    return join(this.folder, name, 'tree.json');
  }

  /** Null for one that is not finished. */
  private record(name: string): TreeRecord | null {
    try {
      return TreeRecord.parse(JSON.parse(readFileSync(this.recordFile(name), 'utf8')));
    } catch {
      // Not there, or damaged: the tree is made anew.
      return null;
    }
  }

  /** Those used last come first, unfinished ones at the end. */
  private byUse(): string[] {
    if (!existsSync(this.folder)) return [];
    const used = (name: string): number =>
      statSync(this.recordFile(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return readdirSync(this.folder)
      .map(name => ({ name, time: used(name) }))
      .sort((a, b) => b.time - a.time)
      .map(({ name }) => name);
  }
}
