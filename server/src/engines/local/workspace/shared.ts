import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  type Dirent
} from 'node:fs';
import { join } from 'node:path';
import type { WatchedFolder } from './folder';
import type { FileProblem } from './model';

/** More than this are not shown: each is a mount of its own. */
const LIMIT = 1000;

/** What a snapshot has otherwise than a tree of an earlier one. */
export interface Difference {
  readonly gone: ReadonlySet<string>;
  /** Folders that came. */
  readonly folders: ReadonlySet<string>;
}

export const NOTHING_ELSE: Difference = { gone: new Set(), folders: new Set() };

/**
 * What a folder's copy from a snapshot lacks though steps may want it: what is left out of snapshots (an environment, a cache, large data
 * that never changes, `$CHARD_HOME`), sockets and pipes. The uppermost paths, relative.
 * @param live where they are @param copy absolute path of a folder made of the snapshot, or nearly so @param difference how nearly
 */
export function sharedPaths(
  live: WatchedFolder,
  copy: string,
  { gone, folders }: Difference
): { paths: string[]; problems: FileProblem[] } {
  const paths: string[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const there = new Map(list(join(copy, at)).map(entry => [entry.name, entry]));
    for (const entry of list(join(live.path, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const known = gone.has(path) ? undefined : there.get(entry.name);
      const isFolder = known?.isDirectory() === true || folders.has(path);
      if (isFolder && entry.isDirectory()) waiting.push(path);
      if (known === undefined && !isFolder && isShared(live, path, entry)) paths.push(path);
    }
  }
  const rest = paths.splice(LIMIT);
  const problems = rest.slice(0, 1).map(path => ({
    path,
    message: `Of what is left out of snapshots, the steps find ${LIMIT} files and folders; this one and ${rest.length - 1} more are not there for them.`
  }));
  return { paths, problems };
}

/** What is new since the snapshot is none of the run's. */
function isShared(live: WatchedFolder, path: string, entry: Dirent): boolean {
  const isSpecial = !entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink();
  return isSpecial || live.leavesOut(path, entry.isDirectory());
}

/** Makes the empty files and folders over which shared ones are mounted; links are made as they are. */
export function placeShared(live: string, copy: string, paths: readonly string[]): void {
  for (const path of paths) {
    const stats = lstatSync(join(live, path), { throwIfNoEntry: false });
    const target = join(copy, path);
    if (stats === undefined) continue;
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(join(live, path)), target);
    else if (stats.isDirectory()) mkdirSync(target, { mode: stats.mode & 0o777 });
    else writeFileSync(target, '');
  }
}

/** Leads from the copy to the live folder, where nothing can be mounted. */
export function linkShared(live: string, copy: string, paths: readonly string[]): void {
  for (const path of paths) {
    const stats = lstatSync(join(live, path), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const isLink = stats.isSymbolicLink();
    symlinkSync(isLink ? readlinkSync(join(live, path)) : join(live, path), join(copy, path));
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Gone, or closed to this user: nothing in it can be shown.
    return [];
  }
}
