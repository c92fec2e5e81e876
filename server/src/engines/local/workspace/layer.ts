import { lstatSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { lookAt, type ManifestEntry } from './scan';

/** Entries looked at before other work of the process gets its turn. */
const SLICE = 1000;

/** What a step's upper layer holds: what the step wrote, and what it took away. Paths are relative, with `/`. */
export interface Layer {
  /** Files and links. */
  readonly files: ReadonlyMap<string, ManifestEntry>;
  /** Folders with nothing in them, not even a mark that something is gone. */
  readonly emptyFolders: ReadonlyMap<string, ManifestEntry>;
  /** Paths in whose place, and below, nothing of the lower layers is seen. */
  readonly hiding: ReadonlySet<string>;
}

/**
 * Looks at an upper layer as the kernel's overlay leaves it: a character device 0/0 stands for what is gone.
 * @param folder absolute @param opaque folders in it that hide all that was in their place, which only the runner can see
 */
export async function readLayer(folder: string, opaque: readonly string[]): Promise<Layer> {
  const files = new Map<string, ManifestEntry>();
  const emptyFolders = new Map<string, ManifestEntry>();
  const hiding = new Set(opaque);
  const waiting = [''];
  let sinceRest = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const names = readdirSync(at === '' ? folder : `${folder}/${at}`);
    for (const name of names) {
      const path = at === '' ? name : `${at}/${name}`;
      const entry = lookAt(folder, path);
      if (entry?.kind === 'folder') {
        waiting.push(path);
      } else if (entry !== undefined) {
        files.set(path, entry);
        hiding.add(path);
      } else if (isWhiteout(`${folder}/${path}`)) {
        hiding.add(path);
      }
      sinceRest += 1;
      if (sinceRest % SLICE === 0) await setImmediate();
    }
    const own = names.length === 0 && at !== '' ? lookAt(folder, at) : undefined;
    if (own !== undefined) emptyFolders.set(at, own);
  }
  return { files, emptyFolders, hiding };
}

function isWhiteout(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isCharacterDevice() === true && stats.rdev === 0;
}

/** Of the paths that the lower layers have, those that a layer hides without having them itself. */
export function* hiddenPaths({ files, hiding }: Layer, paths: Iterable<string>): Generator<string> {
  if (hiding.size === 0) return;
  for (const path of paths) {
    if (!files.has(path) && isBelow(path, hiding)) yield path;
  }
}

function isBelow(path: string, hiding: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (hiding.has(path.slice(0, end))) return true;
  }
  return false;
}
