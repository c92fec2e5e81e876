import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ChardError } from '../../errors';
import { errorCode, fileFailure, makeFolders, removeTree } from '../../files';
import { nativePath } from '../paths/names';

/** Makes a folder as a whole: it gets its name when all is in it. @throws ChardError `target-not-empty`, `folder-full`, ... */
export async function newFolder<Result>(
  path: string,
  fill: (folder: string) => Promise<Result>
): Promise<Result> {
  demandEmpty(path);
  makeFolder(dirname(path));
  const temporary = temporaryBeside(path);
  try {
    makeFolder(temporary);
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
    removeTree(nativePath(temporary));
    throw error;
  }
}

/** A path that nothing has, in the same folder. */
export function temporaryBeside(path: string): string {
  return join(
    dirname(path),
    `.chard-${basename(path).slice(0, 80)}-${randomBytes(6).toString('hex')}`
  );
}

/** Makes a folder and those above it, where they are not there. @throws ChardError `folder-full`, `folder-read-only`, ... */
export function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (error) {
    throw fileFailure(error, path, 'folder');
  }
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

function targetNotEmpty(path: string): ChardError {
  return new ChardError(
    'target-not-empty',
    `${path} is there already and is not empty. Name a new folder, or put the files over what is there with --replace.`,
    { path, exitCode: 2 }
  );
}
