import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders, removeTree, removeTreeAside } from '../../../files';
import type { WatchedFolder } from './folder';
import { makeFrozenBase, type FrozenBase } from './frozenBase';
import { makeFrozenTree } from './frozenTree';
import type { FileState, FrozenOptions } from './model';

/** A byte of a name that is not UTF-8 (`SnapshotPath`): such a file is there for the steps, and nothing more is known of it. */
const NO_TEXT = /[\uDC80-\uDCFF]/;

/** The notebook's folder as a snapshot has it. */
export interface Frozen {
  readonly snapshot: string;
  readonly states: Map<string, FileState>;
  /** Whether what steps write is brought to the notebook's folder. */
  readonly brings: boolean;
  /** Absolute path of the folder for what the run needs. */
  readonly home: string;
  /** Absolute paths that no step may write to. */
  readonly protected: readonly string[];
  /** What lies below all that steps write, made once. @throws ChardError `workspace-full`, ... */
  base(): Promise<FrozenBase>;
  /** A folder in which steps work; its absolute path. @throws ChardError `workspace-full`, ... */
  tree(): Promise<string>;
  /** Lets go of what others use, too. */
  release(): Promise<void>;
  remove(): Promise<void>;
}

/** Reads what a snapshot has. @param folder the live one @throws ChardError `snapshot-damaged`, ... */
export async function freeze(options: FrozenOptions, folder: WatchedFolder): Promise<Frozen> {
  const { snapshot, folder: home } = options;
  let base: Promise<FrozenBase> | null = null;
  removeTree(home);
  return {
    snapshot,
    states: await readStates(options, folder),
    brings: options.brings,
    home,
    protected: [join(dirname(dirname(home)), 'snapshots')],
    base() {
      makeFolders(home, 0o700);
      base ??= makeFrozenBase(options, folder);
      return base;
    },
    tree: () => makeFrozenTree(options, folder),
    async release() {
      const made = await base?.catch(() => null);
      made?.release();
    },
    remove: () => removeTreeAside(home)
  };
}

async function readStates(
  { store, snapshot, source }: FrozenOptions,
  folder: WatchedFolder
): Promise<Map<string, FileState>> {
  const states = new Map<string, FileState>();
  let lastFolder = '';
  for await (const batch of store.entries(snapshot, source)) {
    for (const { path, kind, mode, size, digest, target } of batch) {
      // A folder comes right before what is in it: it was not empty after all.
      if (lastFolder !== '' && path.startsWith(`${lastFolder}/`)) states.delete(lastFolder);
      lastFolder = kind === 'folder' ? path : '';
      if (NO_TEXT.test(path) || folder.leavesOut(path, kind === 'folder')) continue;
      const bits = mode & 0o777;
      if (kind === 'folder') states.set(path, { kind, mode: bits });
      else if (kind === 'link') states.set(path, { kind, target: target ?? '' });
      else states.set(path, { kind, digest: digest ?? '', size, mode: bits });
    }
  }
  return states;
}

/** Makes an empty folder. */
export function freshFolder(path: string): string {
  removeTree(path);
  makeFolders(dirname(path), 0o700);
  mkdirSync(path);
  return path;
}
