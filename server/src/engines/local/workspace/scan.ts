import type { Ignores } from '@chard/core/snapshot';
import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { stampOf, type Stamp, errorCode, reasonOf } from '../../../files';
import type { FileProblem } from './model';

/** What a path is, without its content having been read. */
export interface ManifestEntry {
  readonly kind: 'file' | 'link' | 'folder';
  /** Permission bits, 0 to 0o777. */
  readonly mode: number;
  readonly stamp: Stamp;
  /** Where a link points, as it is written in it; empty for all else. */
  readonly target: string;
}

/** A folder at one moment. */
export interface Manifest {
  /** By relative path with `/`. A folder is listed only where nothing listed is in it. */
  readonly files: ReadonlyMap<string, ManifestEntry>;
  readonly problems: readonly FileProblem[];
  /** There is more than the limit; `files` has the beginning only. */
  readonly isCut: boolean;
}

export interface ScanOptions {
  readonly ignores: Ignores;
  /** At most so many entries. */
  readonly limit: number;
}

/** Entries looked at before other work of the process gets its turn. */
const SLICE = 1000;

/**
 * Looks at a folder and all below it. Links are taken as links and never followed; sockets, pipes and devices are passed
 * over; what vanishes meanwhile is not there; what cannot be looked at is a problem, not an error.
 */
export async function scanManifest(folder: string, options: ScanOptions): Promise<Manifest> {
  const files = new Map<string, ManifestEntry>();
  const problems: FileProblem[] = [];
  const waiting = [''];
  let sinceRest = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const names =
      attempt(() => readdirSync(at === '' ? folder : `${folder}/${at}`), at, problems) ?? [];
    let isEmpty = true;
    for (const name of names) {
      const path = at === '' ? name : `${at}/${name}`;
      const entry = attempt(() => look(`${folder}/${path}`), path, problems);
      if (entry === undefined || options.ignores(path, entry.kind === 'folder')) continue;
      isEmpty = false;
      if (entry.kind === 'folder') {
        waiting.push(path);
      } else {
        files.set(path, entry);
      }
      if (files.size > options.limit) return { files, problems, isCut: true };
      sinceRest += 1;
      if (sinceRest % SLICE === 0) await setImmediate();
    }
    if (isEmpty && at !== '') {
      const entry = attempt(() => look(`${folder}/${at}`), at, problems);
      if (entry?.kind === 'folder') files.set(at, entry);
    }
  }
  return { files, problems, isCut: false };
}

/** One path, as a scan would list it; undefined where there is nothing. @throws the system's error */
export function lookAt(folder: string, path: string): ManifestEntry | undefined {
  try {
    return look(`${folder}/${path}`);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function look(path: string): ManifestEntry | undefined {
  const stats = lstatSync(path, { bigint: true });
  const kind = kindOf(stats);
  if (kind === undefined) return undefined;
  return {
    kind,
    mode: Number(stats.mode & 0o777n),
    stamp: stampOf(stats),
    target: kind === 'link' ? readlinkSync(path) : ''
  };
}

function kindOf(stats: BigIntStats): ManifestEntry['kind'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isSymbolicLink()) return 'link';
  return stats.isDirectory() ? 'folder' : undefined;
}

/** A name that is not UTF-8 reaches us with this in it, and cannot be looked up. */
const REPLACEMENT = '\uFFFD';

function attempt<Result>(
  work: () => Result | undefined,
  path: string,
  problems: FileProblem[]
): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (isGone(error)) {
      if (path.includes(REPLACEMENT)) {
        problems.push({ path, message: 'Its name is not UTF-8, so changes of it are not seen.' });
      }
      return undefined;
    }
    const reason = reasonOf(error);
    problems.push({
      path,
      message: `It cannot be looked at, so changes of it are not seen: ${reason}`
    });
    return undefined;
  }
}

function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether a path is what it was, as far as can be told without reading it. */
export function sameEntry(a: ManifestEntry | undefined, b: ManifestEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind !== b.kind || a.mode !== b.mode || a.target !== b.target) return false;
  // A folder's times and size change with what comes and goes in it, which is listed for itself.
  if (a.kind === 'folder') return true;
  return (
    a.stamp.size === b.stamp.size &&
    a.stamp.modified === b.stamp.modified &&
    a.stamp.inode === b.stamp.inode
  );
}

/** Paths that are not the same in two manifests, sorted. */
export function changedPaths(before: Manifest, after: Manifest): string[] {
  const changed: string[] = [];
  for (const [path, entry] of after.files) {
    if (!sameEntry(before.files.get(path), entry)) changed.push(path);
  }
  for (const path of before.files.keys()) {
    if (!after.files.has(path)) changed.push(path);
  }
  return changed.sort();
}
