import { TEMPORARY_PREFIX } from '@chard/core/snapshot';
import { randomBytes } from 'node:crypto';
import { rmSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { chmod, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChardError } from '../../../errors';
import {
  confine,
  fileFailure,
  isConfined,
  makeFolders,
  type Digests,
  type FileStore,
  errorCode
} from '../../../files';
import type { FileState, Verdict, WrittenFile } from './model';
import { lookAt } from './scan';
import { sameState, stateOf } from './states';

export interface ReplayPlaces {
  /** The notebook's folder: absolute, without links. */
  readonly folder: string;
  readonly store: FileStore;
  readonly digests: Digests;
}

/** Whether `replay` can be done, as far as can be told without changing anything. */
export async function checkReplay(
  written: readonly WrittenFile[],
  places: ReplayPlaces
): Promise<Verdict> {
  const removed = removedPaths(written);
  try {
    for (const file of written) {
      const target = confineTo(places.folder, file.path, removed);
      const now = await stateAt(file.path, places);
      if (isThere(file.state, now)) continue;
      if (now?.kind === 'folder' || isFolder(places.folder, file.path)) {
        return { ok: false, why: `${target} is a folder now` };
      }
      const { state } = file;
      if (state?.kind === 'unreadable') return { ok: false, why: `${file.path} could not be kept` };
      if (state?.kind === 'file' && !(file.kept && places.store.has(state.digest))) {
        return { ok: false, why: `${file.path} is not as the step left it, and no copy was kept` };
      }
    }
    return { ok: true };
  } catch (error) {
    if (error instanceof ChardError) return { ok: false, why: error.message };
    throw error;
  }
}

/**
 * Puts what a step wrote into the folder: what is the same already is not touched, all else is replaced as the step would. New
 * content is made ready under temporary names first; a failure until then changes nothing.
 * @returns the paths that were touched.
 * @throws ChardError `path-outside`, `replay-blocked`, `kept-file-missing`, `kept-file-damaged`, `folder-full`, ...
 */
export async function replay(
  written: readonly WrittenFile[],
  places: ReplayPlaces
): Promise<string[]> {
  // A damaged record may name a path twice: the last one is what was left.
  const left = [...new Map(written.map(file => [file.path, file])).values()];
  const removed = removedPaths(left);
  const due: WrittenFile[] = [];
  for (const file of left) {
    confineTo(places.folder, file.path, removed);
    const isMoving = removedAbove(file.path, removed) !== undefined;
    if (isMoving || !isThere(file.state, await stateAt(file.path, places))) due.push(file);
  }
  const staged = new Map<string, string>();
  try {
    for (const file of due) {
      const temporary = await stage(file, places);
      if (temporary !== null) staged.set(file.path, temporary);
    }
    for (const { path } of due.filter(({ state }) => state === null)) remove(places.folder, path);
    for (const { path, state } of due) {
      if (state !== null) await place(places.folder, path, state, staged.get(path));
    }
  } finally {
    for (const temporary of staged.values()) rmSync(temporary, { force: true });
  }
  return due.map(({ path }) => path);
}

function removedPaths(written: readonly WrittenFile[]): Set<string> {
  return new Set(written.filter(({ state }) => state === null).map(({ path }) => path));
}

/** What is on the way to a path and is to be removed: a file that becomes a folder. */
function removedAbove(path: string, removed: ReadonlySet<string>): string | undefined {
  const parts = path.split('/');
  return parts
    .slice(0, -1)
    .map((_, index) => parts.slice(0, index + 1).join('/'))
    .find(parent => removed.has(parent));
}

function confineTo(folder: string, path: string, removed: ReadonlySet<string>): string {
  const above = removedAbove(path, removed);
  if (above === undefined || !isConfined(path)) return confine(folder, path);
  confine(folder, above);
  return join(folder, path);
}

/** Empty folders are needed only where nothing is there at all. */
function isThere(wanted: FileState | null, now: FileState | undefined): boolean {
  if (wanted?.kind === 'folder') return now?.kind === 'folder';
  return now?.kind !== 'folder' && sameState(wanted, now);
}

export async function stateAt(
  path: string,
  { folder, digests }: ReplayPlaces
): Promise<FileState | undefined> {
  const entry = lookAt(folder, path);
  return entry && (await stateOf(join(folder, path), entry, digests));
}

function isFolder(folder: string, path: string): boolean {
  return lookAt(folder, path)?.kind === 'folder';
}

/** Makes a file or link ready in the deepest folder on its way that is there, thus on the same file system. */
async function stage(
  { path, state }: WrittenFile,
  { folder, store }: ReplayPlaces
): Promise<string | null> {
  if (state === null || state.kind === 'folder') return null;
  if (state.kind === 'unreadable') {
    throw new ChardError('kept-file-missing', `${path} could not be kept. Run the step again.`, {
      path
    });
  }
  let parent = dirname(path);
  while (parent !== '.' && !isFolder(folder, parent)) parent = dirname(parent);
  const temporary = join(folder, parent, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`);
  if (state.kind === 'file') {
    try {
      await store.restore(state.digest, temporary, state.mode, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    return temporary;
  }
  return inFolder(temporary, () => {
    symlinkSync(state.target, temporary);
    return temporary;
  });
}

function remove(folder: string, path: string): void {
  const target = confine(folder, path);
  inFolder(target, () => {
    if (isFolder(folder, path)) rmdirSync(target);
    else unlinkSync(target);
  });
}

async function place(
  folder: string,
  path: string,
  state: FileState,
  temporary: string | undefined
): Promise<void> {
  const target = confine(folder, path);
  try {
    if (state.kind === 'folder') {
      makeFolders(target);
      await chmod(target, state.mode);
      return;
    }
    makeFolders(dirname(target));
    if (temporary !== undefined) await rename(temporary, target);
  } catch (error) {
    throw blocked(error, target);
  }
}

function inFolder<Result>(target: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw blocked(error, target);
  }
}

function blocked(error: unknown, target: string): unknown {
  const code = errorCode(error) ?? '';
  if (!['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(code)) {
    return fileFailure(error, target, 'folder');
  }
  return new ChardError(
    'replay-blocked',
    `${target} cannot be put back: something else has its place. Move it away, or run the step.`,
    { path: target, cause: error }
  );
}
