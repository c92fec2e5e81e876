import { join } from 'node:path';
import { ChardError } from '../../../errors';
import { makeFolders } from '../../../files';
import type { WatchedFolder } from './folder';
import type { FrozenOptions } from './model';
import { linkShared, NOTHING_ELSE, sharedPaths } from './shared';

/**
 * Makes a folder of a snapshot in which steps work. What is left out of snapshots is there by links. @returns its absolute path
 * @throws ChardError `workspace-full`, ...
 */
export async function makeFrozenTree(options: FrozenOptions, live: WatchedFolder): Promise<string> {
  const { store, snapshot, source, folder: home, copyLimit } = options;
  const path = join(home, 'folder');
  makeFolders(home, 0o700);
  const made = await store.workspace(snapshot, source, path, { copyLimit });
  if (made.way === 'none') throw tooLarge(made.bytes);
  linkShared(live.path, path, sharedPaths(live, path, NOTHING_ELSE).paths);
  return path;
}

export function tooLarge(bytes: number): ChardError {
  return new ChardError(
    'workspace-full',
    `The snapshot's ${bytes} bytes cannot be put into a folder for the steps: they are more than may be copied. ` +
      'Raise the limit, or run without a snapshot.'
  );
}
