import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs';
import { join } from 'node:path';
import { ChardError } from '../errors';
import { errorCode, makeFolders, makeOwnFolder, reasonOf } from '../files';
import type { ArtefactStore, ValueStore } from './model';

/** Stored values: one file a group, flat, written by the runners. */
export class ValueFiles implements ValueStore {
  constructor(readonly folder: string) {}

  has(group: string): boolean {
    return existsSync(join(this.folder, group));
  }

  size(group: string): number | null {
    return statSync(join(this.folder, group), { throwIfNoEntry: false })?.size ?? null;
  }
}

/** Documents in files named by their SHA-256. */
export class ArtefactFiles implements ArtefactStore {
  constructor(readonly folder: string) {}

  put(bytes: Uint8Array): string {
    const digest = sha256(bytes);
    const path = join(this.folder, digest);
    if (existsSync(path)) return digest;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      makeOwnFolder(this.folder);
      writeDurably(temporary, bytes);
      renameSync(temporary, path);
      syncFolder(this.folder);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw fileError(error, path);
    }
    return digest;
  }

  get(digest: string): Uint8Array {
    const path = join(this.folder, digest);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError(error, path);
      throw new ChardError(
        'artefact-missing',
        `A record of the run is missing: ${path}. The run cannot be shown whole or resumed; start it anew.`,
        { path, cause: error }
      );
    }
    if (sha256(bytes) !== digest) {
      throw new ChardError(
        'artefact-damaged',
        `A record of the run is damaged: ${path} is not what was written. Start the run anew.`,
        { path }
      );
    }
    return bytes;
  }
}

/** Makes a folder that only its owner can look into, and those above it. @throws ChardError */
export function makeFolder(path: string): void {
  try {
    makeFolders(path, 0o700);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Removes the files of a folder for which `isNeeded` says no. */
export function removeUnneeded(
  folder: string,
  isNeeded: (name: string) => boolean
): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    if (!entry.isFile() || isNeeded(entry.name)) continue;
    const path = join(folder, entry.name);
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    rmSync(path, { force: true });
    files += 1;
  }
  return { files, bytes };
}

/** The size of those files of a folder for which `isMeant` says yes. */
export function measureFiles(
  folder: string,
  isMeant: (name: string) => boolean
): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    if (!entry.isFile() || !isMeant(entry.name)) continue;
    bytes += statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    files += 1;
  }
  return { files, bytes };
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file, bytes, written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function fileError(error: unknown, path: string): unknown {
  if (error instanceof ChardError) return error;
  const details = { path, cause: error };
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ChardError(
        'store-full',
        `The disk is full: ${path} cannot be written. Free some space (\`chard runs delete\` removes runs and their values), ` +
          'or set CHARD_HOME to a folder on another disk.',
        details
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new ChardError(
        'store-read-only',
        `${path} cannot be written. Make it writable, or set CHARD_HOME to a folder that is.`,
        details
      );
    case 'EEXIST':
    case 'ENOTDIR':
      return new ChardError(
        'store-unavailable',
        `A file stands in the way of the folder ${path}. Move it away, or set CHARD_HOME to another folder.`,
        details
      );
    case undefined:
      return error;
    default:
      return new ChardError(
        'store-unavailable',
        `${path} cannot be used: ${reasonOf(error)}. Check the disk and the folder, ` +
          'or set CHARD_HOME to another one.',
        details
      );
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
