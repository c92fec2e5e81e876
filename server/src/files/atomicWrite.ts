import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ChardError } from '../errors';
import { errorCode, reasonOf } from './systemErrors';

/**
 * Writes a file as a whole or not at all: what stood at `path` stays as it is until all of the new content is on the disk. A device or a pipe,
 * such as `/dev/stdout`, is written to.
 *
 * @throws ChardError `output-unwritable`, naming the path and what to do.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  if (isChannel(path)) return writeInto(path, content);
  const target = throughLinks(path);
  const temporary = join(
    dirname(target),
    `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}`
  );
  try {
    const file = openSync(temporary, 'wx', 0o666);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw failure(error, path);
  }
}

/** Whether a path is something that is written to and holds nothing: a file that takes its place would be in everybody's way. */
function isChannel(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isFile() && !stats.isDirectory();
  } catch {
    // What keeps it from being looked at keeps it from being written, and is told there.
    return false;
  }
}

function writeInto(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw failure(error, path);
  }
}

/** The file that a link points to is replaced, not the link. */
function throughLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path;
    throw failure(error, path);
  }
}

function failure(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full. Free some space, or write it elsewhere with -o',
    EDQUOT: 'your quota is used up. Free some space, or write it elsewhere with -o',
    ENOENT: 'its folder is not there. Make it, or write it elsewhere with -o',
    ENOTDIR: 'its folder is a file. Write it elsewhere with -o',
    EISDIR: 'it is a folder. Give the name of a file to -o',
    EACCES: 'you may not write there. Write it elsewhere with -o',
    EPERM: 'you may not write there. Write it elsewhere with -o',
    EROFS: 'the file system is read only. Write it elsewhere with -o',
    ENAMETOOLONG: 'its name is too long. Give a shorter one to -o'
  };
  const why = reasons[code] ?? reasonOf(error);
  return new ChardError('output-unwritable', `${path} was not written: ${why}.`, {
    path,
    cause: error
  });
}
