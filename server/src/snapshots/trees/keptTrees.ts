import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SnapshotId } from '@chard/core/snapshot';
import { makeFolders, removeTree } from '../../files';
import { writeDurably } from '../disk/layout';
import { Locks, type Lock } from '../disk/locks';
import { stampOfTree } from './stamp';

/** Trees of so many folders are kept. */
const MOST = 4;
/** None is kept that nobody uses while less of the disk is free. */
const LEAST_FREE = 0.1;

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
  constructor(private readonly folder: string) {}

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
        if (record !== null && (await stampOfTree(files, signal)) === record.stamp) {
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
        writeDurably(this.recordFile(name), JSON.stringify({ ...record, stamp }));
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
