import { comparePaths } from '@chard/core/snapshot';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync
} from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { errorCode, fileFailure } from '../../files';
import { syncFolder, type Layout } from './layout';
import type { StoredEntry } from '../manifest/model';
import { ManifestDamaged, readManifest, readSoundBlocks, surveyManifest } from '../manifest/reader';
import { ManifestSeeker } from '../manifest/seeker';
import { snapshotDamaged } from './records';

/** How one of the two files of a manifest is. */
export interface ManifestFile {
  readonly path: string;
  readonly state: 'sound' | 'lost' | 'cut' | 'changed';
}

/** Both files of a manifest: without it nothing is known of a snapshot, and it is small. */
function paths(layout: Layout, digest: string): [string, string] {
  return [layout.manifest(digest), join(layout.copies, digest)];
}

/**
 * Takes a written file into the store, under its digest and as two.
 * @returns false where it was there already. @throws the system's error
 */
export function addManifest(layout: Layout, path: string, digest: string): boolean {
  const [main, copy] = paths(layout, digest);
  if (existsSync(main) && existsSync(copy)) {
    rmSync(path);
    return false;
  }
  flush(path);
  copyWhole(path, copy);
  renameSync(path, main);
  syncFolder(layout.manifests);
  syncFolder(layout.copies);
  return true;
}

/**
 * The entries of a manifest. Where one of its files is damaged, the other goes on from there.
 * @param onDamage what to do where both are: the sound blocks follow then. @throws ChardError `snapshot-damaged` where it is left out
 */
export function manifestEntries(
  layout: Layout,
  digest: string,
  onDamage?: () => void
): Generator<StoredEntry[], void, void> {
  return entriesOf(layout, digest, readManifest, onDamage);
}

/** The entries of two manifests, without those of blocks that both have. @throws ChardError `snapshot-damaged` */
export function differingEntries(
  layout: Layout,
  before: string,
  after: string
): [Generator<StoredEntry[], void, void>, Generator<StoredEntry[], void, void>] {
  const former = proofsOf(layout, before);
  const latter = proofsOf(layout, after);
  // Neither leaves anything out unless both do.
  const areKnown = former !== null && latter !== null;
  const without = (proofs: ReadonlySet<string> | null): ReadsEntries =>
    areKnown && proofs !== null ? path => readOthers(path, proofs) : readManifest;
  return [entriesOf(layout, before, without(latter)), entriesOf(layout, after, without(former))];
}

type ReadsEntries = (path: string) => Generator<StoredEntry[], void, void>;

function* entriesOf(
  layout: Layout,
  digest: string,
  read: ReadsEntries,
  onDamage?: () => void
): Generator<StoredEntry[], void, void> {
  const files = paths(layout, digest);
  let last = '';
  const rest = (block: StoredEntry[]): StoredEntry[] => {
    const first = block[0];
    if (first === undefined || last === '' || comparePaths(first.path, last) > 0) return block;
    return block.filter(({ path }) => comparePaths(path, last) > 0);
  };
  for (const path of files) {
    try {
      for (const block of read(path)) {
        const entries = rest(block);
        if (entries.length === 0) continue;
        last = entries.at(-1)?.path ?? last;
        yield entries;
      }
      return;
    } catch (error) {
      if (!isDamage(error)) throw fileFailure(error, path, 'store');
    }
  }
  if (onDamage === undefined) throw snapshotDamaged('The list of the files', files[0]);
  onDamage();
  const left = files.find(existsSync);
  if (left === undefined) return;
  for (const block of readSoundBlocks(left)) yield rest(block);
}

function* readOthers(
  path: string,
  proofs: ReadonlySet<string>
): Generator<StoredEntry[], void, void> {
  const seeker = new ManifestSeeker(path);
  try {
    yield* seeker.without(proofs);
  } finally {
    seeker.close();
  }
}

/** Null where a look at the manifest does not say. */
function proofsOf(layout: Layout, digest: string): ReadonlySet<string> | null {
  const path = layout.manifest(digest);
  try {
    const seeker = new ManifestSeeker(path);
    seeker.close();
    return seeker.proofs;
  } catch (error) {
    if (isDamage(error)) return null;
    throw fileFailure(error, path, 'store');
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof ManifestDamaged || errorCode(error) === 'ENOENT';
}

/** Reads both files of a manifest. @throws ChardError `store-unavailable` */
export function surveyManifestFiles(layout: Layout, digest: string): ManifestFile[] {
  return paths(layout, digest).map(path => ({ path, state: stateOf(path, digest) }));
}

/** Replaces the file that is damaged by the one that is not; does nothing where there is none. */
export function mendManifest(files: readonly ManifestFile[]): boolean {
  const sound = files.find(({ state }) => state === 'sound');
  if (sound === undefined) return false;
  for (const { path, state } of files) if (state !== 'sound') copyWhole(sound.path, path);
  return true;
}

function stateOf(path: string, digest: string): ManifestFile['state'] {
  try {
    const survey = surveyManifest(path);
    if (survey.digest === digest) return 'sound';
    return survey.damage === 'its end is missing' ? 'cut' : 'changed';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'lost';
    throw fileFailure(error, path, 'store');
  }
}

function copyWhole(from: string, to: string): void {
  const temporary = `${to}.${randomBytes(6).toString('hex')}`;
  try {
    copyFileSync(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    flush(temporary);
    renameSync(temporary, to);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
