import { comparePaths } from '@chard/core/snapshot';
import { errorCode, fileFailure } from '../../files';
import type { Layout } from '../disk/layout';
import type { StoredEntry } from '../manifest/model';
import { ManifestDamaged } from '../manifest/reader';
import { ManifestSeeker } from '../manifest/seeker';
import { manifestEntries } from '../disk/manifests';
import { Turns } from '../work/meter';

export interface FolderPage {
  /** Empty for the source itself. */
  readonly folder: string;
  /** Only what comes behind this entry of the folder; null for the first page. */
  readonly behind: string | null;
  readonly limit: number;
}

/** Entries at or behind a path. */
type From = (path: string) => Iterable<readonly StoredEntry[]>;

/**
 * What lies right in a folder of a manifest, in the order of `comparePaths`. Folders in between are jumped over, whatever is in them.
 * @returns null where there is no such folder. @throws ChardError `snapshot-damaged`, `store-unavailable`
 */
export async function listFolder(
  layout: Layout,
  digest: string,
  page: FolderPage
): Promise<StoredEntry[] | null> {
  return seeking(layout, digest, async from => {
    const isThere = page.folder === '' || at(from, page.folder)?.kind === 'folder';
    return isThere ? children(from, page) : null;
  });
}

/** The entry at a path; null where there is none. @throws ChardError `snapshot-damaged`, `store-unavailable` */
export async function findEntry(
  layout: Layout,
  digest: string,
  path: string
): Promise<StoredEntry | null> {
  return seeking(layout, digest, async from => Promise.resolve(at(from, path)));
}

/** A damaged list is read from its beginning instead: its other file goes on where the first ends. */
async function seeking<Result>(
  layout: Layout,
  digest: string,
  read: (from: From) => Promise<Result>
): Promise<Result> {
  const path = layout.manifest(digest);
  try {
    const seeker = new ManifestSeeker(path);
    try {
      return await read(from => seeker.from(from));
    } finally {
      seeker.close();
    }
  } catch (error) {
    if (!(error instanceof ManifestDamaged) && errorCode(error) !== 'ENOENT') {
      throw fileFailure(error, path, 'store');
    }
  }
  return read(function* (from) {
    for (const batch of manifestEntries(layout, digest)) {
      yield batch.filter(entry => comparePaths(entry.path, from) >= 0);
    }
  });
}

function at(from: From, path: string): StoredEntry | null {
  for (const [first] of from(path)) {
    if (first !== undefined) return first.path === path ? first : null;
  }
  return null;
}

async function children(from: From, { folder, behind, limit }: FolderPage): Promise<StoredEntry[]> {
  const turns = new Turns();
  const prefix = folder === '' ? '' : `${folder}/`;
  const found: StoredEntry[] = [];
  for (let next: string | null = behind === null ? prefix : pastAllOf(behind); next !== null;) {
    if (turns.isDue) await turns.give();
    let below: string | null = null;
    for (const batch of from(next)) {
      for (const entry of batch) {
        if (!entry.path.startsWith(prefix)) return found;
        const slash = entry.path.indexOf('/', prefix.length);
        below = slash < 0 ? null : entry.path.slice(0, slash);
        if (below === null) found.push(entry);
        if (found.length === limit) return found;
      }
      if (below !== null) break;
    }
    next = below === null ? null : pastAllOf(below);
  }
  return found;
}

/** A text that comes behind a path and all below it, and before whatever follows: no name holds a NUL. */
function pastAllOf(path: string): string {
  return `${path}\0`;
}
