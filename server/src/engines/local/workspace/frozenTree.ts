import { join } from 'node:path';
import type { SnapshotProblem } from '@chard/core/snapshot';
import { ChardError } from '../../../errors';
import { makeFolders } from '../../../files';
import type { WatchedFolder } from './folder';
import type { FrozenOptions } from './model';
import { linkShared, NOTHING_ELSE, sharedPaths } from './shared';
import { listed } from './view';

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
  demandWhole(snapshot, made.problems);
  linkShared(live.path, path, sharedPaths(live, path, NOTHING_ELSE).paths);
  return path;
}

/**
 * A step that finds files missing may well succeed, with another result than that of the snapshot.
 * @throws ChardError `snapshot-damaged` where the store has lost what the snapshot names
 */
export function demandWhole(snapshot: string, problems: readonly SnapshotProblem[]): void {
  const lost = problems.filter(({ code }) => code === 'damaged');
  if (lost.length === 0) return;
  const what =
    lost.length === 1 ? '1 file is damaged or lost' : `${lost.length} files are damaged or lost`;
  throw new ChardError(
    'snapshot-damaged',
    `Of the snapshot ${snapshot} ${what} in the store (${listed(lost.map(nameOfProblem))}), and no step can work without them. ` +
      '`chard snapshot check --repair` looks for sound copies, also where the files were; then go on.'
  );
}

/** As `chard snapshot show` names files. */
function nameOfProblem({ source, path, message }: SnapshotProblem): string {
  return path === '' ? `${source}: ${message}` : `${source}/${path}`;
}

export function tooLarge(bytes: number): ChardError {
  return new ChardError(
    'workspace-full',
    `The snapshot's ${bytes} bytes cannot be put into a folder for the steps: they are more than may be copied. ` +
      'Raise the limit, or run without a snapshot.'
  );
}
