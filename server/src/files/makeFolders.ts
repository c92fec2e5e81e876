import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './systemErrors';

/**
 * Makes a folder, and those above it that are missing. Not by the option `recursive` of `mkdir`: that never returns below
 * `/proc`, where folders cannot be made, and says ENOENT instead of EROFS of a disk that can only be read.
 *
 * @param mode of the folders that are made.
 * @throws the system's error where the folder cannot be made or something else stands in its place.
 */
export function makeFolders(path: string, mode = 0o777): void {
  try {
    makeFolder(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (errorCode(error) !== 'ENOENT' || above === path) throw error;
    makeFolders(above, mode);
    makeFolder(path, mode);
  }
}

/** Another process may have made it meanwhile. */
function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
