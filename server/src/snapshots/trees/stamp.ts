import { createHash, type Hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { isTooLong, within } from '../paths/nativePaths';
import { Turns } from '../work/meter';
import { walk, type Found } from '../taking/walk';

/** A tree as it is. */
export interface TreeStamp {
  /** Stands for all of it: with any file that is written, touched, replaced, added or removed it is another one. */
  readonly whole: string;
  /** Stands for its folders: with any file that is replaced, added or removed it is another one. */
  readonly folders: string;
  /** Relative paths of the folders, the tree's own first. */
  readonly paths: readonly string[];
}

/** Looks at everything in a tree, by the times, sizes and inodes; no content is read. @throws the system's error */
export async function stampOfTree(folder: string, signal?: AbortSignal): Promise<TreeStamp> {
  const whole = createHash('sha256');
  const paths = [''];
  const turns = new Turns();
  for (const step of walk(folder, { ignores: () => false, without: new Set() })) {
    if (turns.isDue) {
      await turns.give();
      signal?.throwIfAborted();
    }
    if ('found' in step) {
      addTo(whole, step.found);
      if (step.found.kind === 'folder') paths.push(step.found.path);
    } else if ('problem' in step) {
      whole.update(`${step.problem.path}\0${step.problem.message}\0`);
    }
  }
  return { whole: whole.digest('hex'), folders: stampOfFolders(folder, paths), paths };
}

/** Looks at folders of a tree alone. @returns empty where one has too long a path for that @throws the system's error */
export function stampOfFolders(folder: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const native = path === '' ? folder : within(folder, path);
    if (isTooLong(folder, path)) return '';
    const stats = lstatSync(native, { bigint: true, throwIfNoEntry: false });
    if (stats !== undefined) addTo(hash, { path, stats });
  }
  return hash.digest('hex');
}

function addTo(hash: Hash, { path, stats }: Pick<Found, 'path' | 'stats'>): void {
  const { mode, size, mtimeNs, ctimeNs, ino } = stats;
  hash.update(`${path}\0${mode} ${size} ${mtimeNs} ${ctimeNs} ${ino}\0`);
}
