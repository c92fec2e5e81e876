import { mkdirSync, statSync } from 'node:fs';
import { errorCode } from './systemErrors';

/**
 * Makes a folder for its owner alone in one that must be there: what belongs to a store never makes that anew where it was
 * removed. @throws the system's error, `ENOENT` where the one above is missing.
 */
export function makeOwnFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
