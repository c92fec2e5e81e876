import { closeSync, constants, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, fileFailure, makeFolders } from '../../files';
import { flushDisk, flushFileSystem } from '../disk/flush';
import type { Layout } from '../disk/layout';
import { lostContents } from '../disk/lost';
import { PresentContents } from './present';

/** What is written begins to go onto the disk after so many bytes, so that not all of it is left for the end. */
const FLUSH_BYTES = 256 * 1024 ** 2;
/** Contents become part of the store after so many, so that a process that is killed has not worked for nothing. */
const MOST_PENDING = 20_000;
const MOST_PENDING_BYTES = 4 * 1024 ** 3;

/** What a system says that cannot share blocks, now or ever. */
const CANNOT_SHARE = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOSYS', 'ENOTTY', 'EINVAL'];

interface Pending {
  readonly path: string;
  readonly size: number;
}

/**
 * New contents on their way into the store. They are written aside, brought onto the disk all at once, and only then get the names by
 * which others find them: a content that has its name is whole, after a loss of power as well.
 */
export class Intake {
  private pending = new Map<string, Pending>();
  private pendingBytes = 0;
  private unflushedBytes = 0;
  private flushing: Promise<unknown> | null = null;
  private readonly present: PresentContents;
  private readonly lost: ReadonlySet<string> | null;
  /** Devices whose files cannot share their blocks with the store. */
  private readonly apart = new Set<bigint>();
  private counter = 0;
  /** Bytes of contents that were new. */
  addedBytes = 0;

  /** @param instance names the folder in `staging`. @throws ChardError `store-full`, ... */
  constructor(
    private readonly layout: Layout,
    instance: string
  ) {
    this.folder = join(layout.staging, instance);
    this.present = new PresentContents(layout);
    this.lost = lostContents(layout);
    this.writing(() => makeFolders(this.folder, 0o700));
  }

  readonly folder: string;

  /** Whether a content that a snapshot has is still there: only of those that a repair has missed is the disk asked. */
  hasStill(digest: string): boolean {
    const mayBeLost = this.lost === null || this.lost.has(digest);
    return !mayBeLost || this.pending.has(digest) || this.present.has(digest);
  }

  /** A path for a file that is not there yet. */
  newPath(): string {
    this.counter += 1;
    return join(this.folder, String(this.counter));
  }

  /** Opens a new file for writing. */
  open(path: string): number {
    return this.writing(() => openSync(path, 'wx', 0o400));
  }

  /** Keeps a content that is in memory. */
  put(digest: string, content: Uint8Array): void {
    if (this.isWhole(digest, content.length)) return;
    const path = this.newPath();
    this.writing(() => {
      const file = openSync(path, 'wx', 0o400);
      try {
        for (let at = 0; at < content.length;) at += writeSync(file, content, at);
      } finally {
        closeSync(file);
      }
    });
    this.adopt(digest, path, content.length);
  }

  /** Makes a file that shares its blocks with another. @param device on which that is @returns false where that is not possible */
  async clone(source: string | Buffer, device: bigint, path: string): Promise<boolean> {
    if (this.apart.has(device)) return false;
    const flags = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
    try {
      await copyFile(source, path, flags);
      return true;
    } catch (error) {
      rmSync(path, { force: true });
      if (errorCode(error) === 'ENOSPC') throw this.failure(error);
      if (CANNOT_SHARE.includes(errorCode(error) ?? '')) this.apart.add(device);
      return false;
    }
  }

  /** Takes a file that lies at one of `newPath`'s. */
  adopt(digest: string, path: string, size: number): void {
    if (this.isWhole(digest, size)) {
      rmSync(path, { force: true });
      return;
    }
    this.pending.set(digest, { path, size });
    this.pendingBytes += size;
    this.addedBytes += size;
    this.unflushedBytes += size;
    if (this.unflushedBytes >= FLUSH_BYTES) this.beginFlush();
  }

  get isFull(): boolean {
    return this.pending.size >= MOST_PENDING || this.pendingBytes >= MOST_PENDING_BYTES;
  }

  /** Makes what was taken part of the store, for good. Nothing may be taken meanwhile. */
  async publish(): Promise<void> {
    if (this.pending.size === 0) return;
    await this.flushing;
    try {
      const { contents } = this.layout;
      await flushDisk(
        this.folder,
        [...this.pending.values()].map(({ path }) => path)
      );
      const folders = new Set([contents]);
      for (const [digest, { path }] of this.pending) folders.add(this.moveIn(digest, path));
      await flushDisk(contents, [...folders]);
    } catch (error) {
      throw this.failure(error);
    }
    this.pending.clear();
    this.pendingBytes = 0;
  }

  /** Removes what is not part of the store. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A system's error of the store as a coded one. */
  failure(error: unknown): unknown {
    return fileFailure(error, this.layout.folder, 'store');
  }

  /** Whether a content is there; one that was cut off is written again. */
  private isWhole(digest: string, size: number): boolean {
    if (this.pending.has(digest)) return true;
    if (!this.present.has(digest)) return false;
    return statSync(this.layout.content(digest), { throwIfNoEntry: false })?.size === size;
  }

  private beginFlush(): void {
    if (this.flushing !== null) return;
    this.unflushedBytes = 0;
    // Where the system cannot, all is flushed at the end.
    this.flushing = flushFileSystem(this.folder).finally(() => {
      this.flushing = null;
    });
  }

  /** @returns the folder in which the content has got its name */
  private moveIn(digest: string, path: string): string {
    const target = this.layout.content(digest);
    const folder = dirname(target);
    try {
      renameSync(path, target);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      makeFolders(folder, 0o700);
      renameSync(path, target);
    }
    return folder;
  }

  private writing<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw this.failure(error);
    }
  }
}
