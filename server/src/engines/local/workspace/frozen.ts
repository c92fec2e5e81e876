import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChardError } from '../../../errors';
import { makeFolders, removeTree } from '../../../files';
import type { WatchedFolder } from './folder';
import type { FileProblem, FileState, FrozenOptions } from './model';
import { linkShared, placeShared, sharedPaths } from './shared';

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
  /**
   * Puts the files into a new folder, once, to be looked at or to be worked in. What is left out of snapshots is there as well: as it is in
   * the live folder, by a place for it (`shared`) or by a link. @throws ChardError `workspace-full`, ...
   */
  tree(name: string, how: 'mounts' | 'links'): Promise<FrozenTree>;
  remove(): void;
}

export interface FrozenTree {
  /** Absolute path. */
  readonly path: string;
  /** Relative paths of what is to be seen of the live folder. */
  readonly shared: readonly string[];
  readonly problems: readonly FileProblem[];
}

/** Reads what a snapshot has. @param folder the live one @throws ChardError `snapshot-damaged`, ... */
export async function freeze(options: FrozenOptions, folder: WatchedFolder): Promise<Frozen> {
  const { store, snapshot, source, folder: home } = options;
  const trees = new Map<string, Promise<FrozenTree>>();
  removeTree(home);
  return {
    snapshot,
    states: await readStates(options, folder),
    brings: options.brings,
    home,
    protected: [join(dirname(dirname(home)), 'snapshots')],
    tree(name, how) {
      const path = join(home, name);
      const make = async (): Promise<FrozenTree> => {
        makeFolders(home, 0o700);
        const made = await store.workspace(snapshot, source, path, {
          copyLimit: options.copyLimit
        });
        if (made.way === 'none') throw tooLarge(made.bytes);
        const found = sharedPaths(folder, path);
        const problems = [...made.problems, ...found.problems];
        if (how === 'links') linkShared(folder.path, path, found.paths);
        else placeShared(folder.path, path, found.paths);
        return { path, shared: found.paths, problems };
      };
      const tree = trees.get(name) ?? make();
      trees.set(name, tree);
      return tree;
    },
    remove: () => removeTree(home)
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

function tooLarge(bytes: number): ChardError {
  return new ChardError(
    'workspace-full',
    `The snapshot's ${bytes} bytes cannot be put into a folder for the steps: they are more than may be copied. ` +
      'Raise the limit, or run without a snapshot.'
  );
}

/** Makes an empty folder. */
export function freshFolder(path: string): string {
  removeTree(path);
  makeFolders(dirname(path), 0o700);
  mkdirSync(path);
  return path;
}
