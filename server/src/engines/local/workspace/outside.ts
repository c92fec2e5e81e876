import { sep } from 'node:path';
import type { Digests } from '../../../files';
import type { FileState, Verdict } from './model';
import { lookAt } from './scan';
import { stateOf } from './states';
import { changeOf, describeChanges, type FileChange } from './view';

/** The system's own state, not data. */
const SYSTEM = ['/proc', '/sys', '/dev', '/run'];
/** Folders in a path that hold what can be made again: nothing depends on it. */
const CACHES = new Set(['.cache', '__pycache__', '.ipython', '.ipynb_checkpoints', 'fontconfig']);

/** Whether a file outside the notebook's folder is worth remembering. @param unrecorded absolute paths */
export function isRecorded(path: string, unrecorded: readonly string[]): boolean {
  const isBelow = (root: string): boolean => path === root || path.startsWith(root + sep);
  return (
    ![...SYSTEM, ...unrecorded].some(isBelow) && !path.split(sep).some(part => CACHES.has(part))
  );
}

export interface OutsideRecord {
  /** By absolute path, as they are now; null for none there. */
  readonly files: Record<string, FileState | null>;
  /** Not where a file cannot be as the step found it. */
  readonly reusable: Verdict;
}

/**
 * What a step that has just ended read and wrote outside the folder. What it wrote there is not kept or replayed: the result holds as
 * long as the files are as the step left them.
 * @param startedAt when the step started, nanoseconds since 1970 @param found where what the step found at a path lies
 */
export async function recordOutsideFiles(
  read: ReadonlySet<string>,
  written: ReadonlySet<string>,
  startedAt: bigint,
  digests: Digests,
  found: (path: string) => string
): Promise<OutsideRecord> {
  const files: Record<string, FileState | null> = {};
  const why: string[] = [];
  for (const path of [...new Set([...read, ...written])].sort()) {
    const state = await outsideState(found(path), digests);
    if (state === undefined) continue;
    const isWritten = written.has(path);
    if (state.found === null) {
      // Written and gone again: its own temporary file.
      if (!isWritten) files[path] = null;
      continue;
    }
    files[path] = state.found;
    if (isWritten && read.has(path)) why.push(`it changes ${path}, which it also reads`);
    if (!isWritten && state.modified > startedAt) why.push(`${path} changed while the step ran`);
  }
  return { files, reusable: why.length === 0 ? { ok: true } : { ok: false, why: why.join('; ') } };
}

/**
 * Whether files outside are still as a step left them.
 * @param shown what a step would find at a path, where that is not what is there; else undefined
 */
export async function checkOutsideFiles(
  files: Readonly<Record<string, FileState | null>>,
  digests: Digests,
  shown: (path: string) => Promise<FileState | null | undefined>
): Promise<Verdict> {
  const changes: FileChange[] = [];
  for (const [path, before] of Object.entries(files)) {
    const frozen = await shown(path);
    const state = frozen === undefined ? (await outsideState(path, digests))?.found : frozen;
    const change = changeOf(path, before, state);
    if (change !== null) changes.push(change);
  }
  const why = describeChanges(changes);
  return why === null ? { ok: true } : { ok: false, why };
}

/** Undefined for what is no data: folders, devices, pipes. */
async function outsideState(
  path: string,
  digests: Digests
): Promise<{ found: FileState | null; modified: bigint } | undefined> {
  const at = path.lastIndexOf(sep);
  let entry;
  try {
    entry = lookAt(path.slice(0, at), path.slice(at + 1));
  } catch {
    // A folder on the way cannot be looked into: the step could not read the file either.
    return { found: null, modified: 0n };
  }
  if (entry === undefined) return { found: null, modified: 0n };
  if (entry.kind === 'folder') return undefined;
  const state = await stateOf(path, entry, digests);
  return { found: state ?? null, modified: entry.stamp.modified };
}
