import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { makeFolders } from '../files/makeFolders';
import { errorCode } from '../files/systemErrors';

/**
 * Where nothing can be written, nothing is remembered: it is worked out again the next time. Node says ENOENT of folders
 * that it cannot make on a disk that may only be read.
 */
const UNWRITABLE = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'ENOENT'];

/** What `remember` wrote into a file; null where there is nothing that `schema` knows, or no place for the file. */
export function recall<Schema extends z.ZodType>(
  file: string | null,
  schema: Schema
): z.infer<Schema> | null {
  if (file === null) {
    return null;
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === undefined) {
      throw error;
    }
    return null;
  }
  const read = schema.safeParse(parseJson(text));
  return read.success ? read.data : null;
}

/** Keeps what would take long to find out again in a file of its own; whole or not at all. Null: nowhere. */
export function remember(file: string | null, value: unknown): void {
  if (file === null) {
    return;
  }
  const temporary = `${file}.${process.pid}`;
  try {
    makeFolders(dirname(file), 0o700);
    writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    if (!UNWRITABLE.includes(errorCode(error) ?? '')) {
      throw error;
    }
  }
}

/** A cut-off file (the machine went down while it was written) is as good as none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
