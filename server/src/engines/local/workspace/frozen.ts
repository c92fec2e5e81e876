import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SnapshotEntry } from '@chard/core/snapshot';
import { makeFolders, removeTree, removeTreeAside } from '../../../files';
import type { WatchedFolder } from './folder';
import { makeFrozenBase, type FrozenBase } from './frozenBase';
import { makeFrozenTree } from './frozenTree';
import type { FileState, FrozenOptions } from './model';

/** A byte of a name that is not UTF-8 (`SnapshotPath`): such a file is there for the steps, and nothing more is known of it. */
const NO_TEXT = /[\uDC80-\uDCFF]/;

/** The notebook's folder, or a volume, as a snapshot has it. */
export interface Frozen {
  readonly snapshot: string;
  readonly states: Map<string, FileState>;
  /** Whether what steps write is brought to the folder. */
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

/**
 * Reads what a snapshot has.
 * @param folder the live one @param chardHome `$CHARD_HOME` @throws ChardError `snapshot-damaged`, ...
 */
export async function freeze(
  options: FrozenOptions,
  folder: WatchedFolder,
  chardHome: string
): Promise<Frozen> {
  const { snapshot, folder: home } = options;
  let base: Promise<FrozenBase> | null = null;
  return {
    snapshot,
    states: await readStates(options, folder),
    brings: options.brings,
    home,
    protected: [snapshotsFolder(chardHome)],
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

/** Where the store of snapshots lies. */
export function snapshotsFolder(chardHome: string): string {
  return join(chardHome, 'snapshots');
}

async function readStates(
  { store, snapshot, source }: FrozenOptions,
  folder: WatchedFolder
): Promise<Map<string, FileState>> {
  const states = new Map<string, FileState>();
  let lastFolder = '';
  for await (const batch of store.entries(snapshot, source)) {
    for (const entry of batch) {
      const { path, kind } = entry;
      // A folder comes right before what is in it: it was not empty after all.
      if (lastFolder !== '' && path.startsWith(`${lastFolder}/`)) states.delete(lastFolder);
      lastFolder = kind === 'folder' ? path : '';
      if (NO_TEXT.test(path) || folder.leavesOut(path, kind === 'folder')) continue;
      states.set(path, frozenState(entry));
    }
  }
  return states;
}

/** What a snapshot's entry holds. */
export function frozenState({ kind, mode, size, digest, target }: SnapshotEntry): FileState {
  const bits = mode & 0o777;
  if (kind === 'folder') return { kind, mode: bits };
  if (kind === 'link') return { kind, target: target ?? '' };
  return { kind, digest: digest ?? '', size, mode: bits };
}

/** Makes an empty folder. */
export function freshFolder(path: string): string {
  removeTree(path);
  makeFolders(dirname(path), 0o700);
  mkdirSync(path);
  return path;
}
