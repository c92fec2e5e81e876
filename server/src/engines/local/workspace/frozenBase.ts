import { join, relative } from 'node:path';
import { isWithin, type PathChange } from '@chard/core/snapshot';
import type { WatchedFolder } from './folder';
import { demandWhole, tooLarge } from './frozenTree';
import type { FileProblem, FrozenOptions } from './model';
import { NOTHING_ELSE, placeShared, sharedPaths, type Difference } from './shared';

/** From here on a tree is worth keeping for the next run. */
const LARGE = { files: 1000, bytes: 64 * 2 ** 20 };

export function isLarge({ files, bytes }: FrozenOptions['counts']): boolean {
  return files >= LARGE.files || bytes >= LARGE.bytes;
}

/** What lies below all that steps write. */
export interface FrozenBase {
  /** Folders, named from the run's, the uppermost first. */
  readonly layers: readonly string[];
  /** Absolute paths that no step may write to. */
  readonly protected: readonly string[];
  /** Relative paths of what is to be seen of the live folder; the layers have a place for each. */
  readonly shared: readonly string[];
  /** What the layers have and the snapshot has not, a folder before what is in it. */
  readonly gone: readonly string[];
  readonly problems: readonly FileProblem[];
  /** To be called when no step looks at it any more. */
  release(): void;
}

/**
 * Makes what the steps of a run see of a snapshot. Of a large one that is a tree which runs share, and above it the run's own: what has
 * changed since that was made, and the places for what is shared with the live folder. @throws ChardError `workspace-full`, ...
 */
export async function makeFrozenBase(
  options: FrozenOptions,
  live: WatchedFolder
): Promise<FrozenBase> {
  if (!isLarge(options.counts)) return ownBase(options, live);
  const { store, snapshot, source, folder: home, copyLimit } = options;
  const base = await store.base(snapshot, source, { copyLimit });
  if (base.way === 'none') throw tooLarge(base.bytes);
  try {
    const { path, changes, release } = base;
    demandWhole(snapshot, base.problems);
    const difference = differenceOf(changes);
    const found = sharedPaths(live, path, difference);
    if (found.paths.some(shared => meets(shared, difference.gone))) {
      release();
      return await ownBase(options, live);
    }
    const needed = withFoldersAbove([
      ...changes.filter(({ how }) => how !== 'removed').map(change => change.path),
      ...found.paths.map(shared => shared.slice(0, Math.max(0, shared.lastIndexOf('/'))))
    ]);
    const own = join(home, 'base');
    const made = await store.workspace(snapshot, source, own, {
      copyLimit,
      only: each => needed.has(each)
    });
    if (made.way === 'none') throw tooLarge(made.bytes);
    demandWhole(snapshot, made.problems);
    placeShared(live.path, own, found.paths);
    return {
      layers: ['base', relative(home, path)],
      protected: [own, path],
      shared: found.paths,
      gone: [...difference.gone],
      problems: [...base.problems, ...made.problems, ...found.problems],
      release
    };
  } catch (error) {
    base.release();
    throw error;
  }
}

/** All of it for this run alone. */
async function ownBase(options: FrozenOptions, live: WatchedFolder): Promise<FrozenBase> {
  const { store, snapshot, source, folder: home, copyLimit } = options;
  const path = join(home, 'base');
  const made = await store.workspace(snapshot, source, path, { copyLimit });
  if (made.way === 'none') throw tooLarge(made.bytes);
  demandWhole(snapshot, made.problems);
  const found = sharedPaths(live, path, NOTHING_ELSE);
  placeShared(live.path, path, found.paths);
  return {
    layers: ['base'],
    protected: [path],
    shared: found.paths,
    gone: [],
    problems: [...made.problems, ...found.problems],
    release: () => undefined
  };
}

function differenceOf(changes: readonly PathChange[]): Difference {
  const gone = new Set<string>();
  const folders = new Set<string>();
  for (const { path, how, after } of changes) {
    if (how === 'removed') gone.add(path);
    if (how === 'added' && after?.kind === 'folder') folders.add(path);
  }
  return { gone, folders };
}

function meets(shared: string, gone: ReadonlySet<string>): boolean {
  for (const path of gone) if (isWithin(path, shared) || isWithin(shared, path)) return true;
  return false;
}

function withFoldersAbove(paths: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const path of paths) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      all.add(path.slice(0, end));
    }
  }
  return all;
}
