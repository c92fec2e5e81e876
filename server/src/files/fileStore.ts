import { createHash, randomBytes } from 'node:crypto';
import {
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChardError } from '../errors';
import { digestFile, type FileDigest } from './digests';
import { fileFailure } from './failures';
import { makeOwnFolder } from './makeOwnFolder';
import { errorCode } from './systemErrors';

const DIGEST = /^[0-9a-f]{64}$/;
/** A copy that is this old and still has its temporary name was left by a process that died. */
const ABANDONED_MILLISECONDS = 24 * 3600 * 1000;

/**
 * Files kept by their content: one a SHA-256, readable by their owner alone. Nothing is flushed to the disk one by one:
 * content is checked against its name whenever it is taken out, so that a loss of power costs a reuse, no more.
 */
export class FileStore {
  /** @param folder absolute; made when it is first needed */
  constructor(readonly folder: string) {}

  has(digest: string): boolean {
    return existsSync(this.path(digest));
  }

  /**
   * Keeps a copy of a file, sharing its blocks where the file system can.
   * @param prefixBytes asks for the digest of so many first bytes as well
   * @returns the digest of what was kept. @throws ChardError `store-full`, ...; the system's `ENOENT`, `EACCES` for the source
   */
  async keep(
    source: string,
    prefixBytes?: number
  ): Promise<Omit<FileDigest, 'stamp'> & { size: number }> {
    const temporary = this.temporary();
    try {
      await this.copyIn(source, temporary);
      const { digest, prefix, stamp } = await digestFile(temporary, prefixBytes);
      // Also over one that is there already: that one may be damaged.
      await rename(temporary, this.path(digest));
      return { digest, prefix, size: stamp.size };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Keeps a text. @returns its digest. @throws ChardError `store-full`, ... */
  keepText(text: string): string {
    const digest = createHash('sha256').update(text).digest('hex');
    if (this.has(digest)) return digest;
    const temporary = this.temporary();
    try {
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, this.path(digest));
    } catch (error) {
      throw fileFailure(error, this.folder, 'store');
    } finally {
      rmSync(temporary, { force: true });
    }
    return digest;
  }

  /** @throws ChardError `kept-file-missing`, `kept-file-damaged` */
  text(digest: string): string {
    this.demand(digest, digest);
    const text = readFileSync(this.path(digest), 'utf8');
    if (createHash('sha256').update(text).digest('hex') !== digest)
      throw this.damaged(digest, digest);
    return text;
  }

  /**
   * Copies a kept file to a path at which there is nothing yet.
   * @param name what the person knows the file by. @param mode permission bits
   * @throws ChardError `kept-file-missing`, `kept-file-damaged`, `folder-full`, `folder-read-only`, ...
   */
  async restore(digest: string, target: string, mode: number, name: string): Promise<void> {
    this.demand(digest, name);
    try {
      await copyFile(
        this.path(digest),
        target,
        constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL
      );
      if ((await digestFile(target)).digest !== digest) throw this.damaged(digest, name);
      await chmod(target, mode);
    } catch (error) {
      throw fileFailure(error, target, 'folder');
    }
  }

  /** Removes all that `isNeeded` does not want, and what processes that died left half copied. */
  removeUnneeded(isNeeded: (digest: string) => boolean): { files: number; bytes: number } {
    let files = 0;
    let bytes = 0;
    for (const name of existsSync(this.folder) ? readdirSync(this.folder) : []) {
      const path = join(this.folder, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      const isOld = Date.now() - stats.ctimeMs > ABANDONED_MILLISECONDS;
      if (DIGEST.test(name) ? isNeeded(name) : !isOld) continue;
      rmSync(path, { force: true });
      files += 1;
      bytes += stats.size;
    }
    return { files, bytes };
  }

  private async copyIn(source: string, temporary: string): Promise<void> {
    try {
      await copyFile(source, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await chmod(temporary, 0o600);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw error;
      throw fileFailure(error, this.folder, 'store');
    }
  }

  private temporary(): string {
    try {
      makeOwnFolder(this.folder);
    } catch (error) {
      throw fileFailure(error, this.folder, 'store');
    }
    return join(this.folder, `${randomBytes(8).toString('hex')}.tmp`);
  }

  private demand(digest: string, name: string): void {
    if (this.has(digest)) return;
    throw new ChardError(
      'kept-file-missing',
      `The kept copy of ${name} is gone. Run the step again.`,
      {
        path: this.path(digest)
      }
    );
  }

  /** Forgets the file as well, so that the next one with this content is kept anew. */
  private damaged(digest: string, name: string): ChardError {
    rmSync(this.path(digest), { force: true });
    return new ChardError(
      'kept-file-damaged',
      `The kept copy of ${name} is damaged: it is not what was written. Run the step again.`
    );
  }

  private path(digest: string): string {
    if (!DIGEST.test(digest)) {
      throw new ChardError('path-outside', `${JSON.stringify(digest)} is not a SHA-256 in hex.`);
    }
    return join(this.folder, digest);
  }
}
