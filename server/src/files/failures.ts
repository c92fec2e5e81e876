import { ChardError } from '../errors';
import { errorCode, reasonOf } from './systemErrors';

/** Whose folder it is that a file operation failed in: it decides what a person can do about it. */
export type Place = 'store' | 'folder';

/**
 * A system error as a coded one: `store-full`, `store-read-only`, `store-unavailable` for what lies below `$CHARD_HOME`,
 * `folder-full`, `folder-read-only`, `folder-unavailable` for the notebook's folder. Others come back as they are.
 */
export function fileFailure(error: unknown, path: string, place: Place): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof ChardError) return error;
  const details = { path, cause: error };
  const elsewhere =
    place === 'store' ? ', or set CHARD_HOME to a folder elsewhere' : ', then go on';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ChardError(
        `${place}-full`,
        `The disk is full: ${path} cannot be written. Free some space${elsewhere}.`,
        details
      );
    case 'EROFS':
      return new ChardError(
        `${place}-read-only`,
        `The disk is read-only: ${path} cannot be written. Make the disk writable${elsewhere}.`,
        details
      );
    case 'EACCES':
    case 'EPERM':
      return new ChardError(
        `${place}-read-only`,
        `${path} cannot be used: permission denied. Change its permissions${elsewhere}.`,
        details
      );
    default:
      return new ChardError(
        `${place}-unavailable`,
        `${path} cannot be used: ${reasonOf(error)}. Check the disk and the folder.`,
        details
      );
  }
}
