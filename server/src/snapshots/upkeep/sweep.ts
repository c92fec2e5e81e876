import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../files';
import { DigestSet } from '../work/digestSet';
import type { Layout } from '../disk/layout';
import { manifestEntries } from '../disk/manifests';
import type { KeptRecord, Records } from '../disk/records';
import { Turns } from '../work/meter';

const DIGEST = /^[0-9a-f]{64}$/;

/** What snapshots need. */
export interface Needs {
  readonly contents: DigestSet;
  readonly manifests: ReadonlySet<string>;
}

/** @throws ChardError `snapshot-damaged` where it is not known what a snapshot needs: then nothing may be removed */
export async function needsOf(layout: Layout, records: readonly KeptRecord[]): Promise<Needs> {
  const contents = new DigestSet();
  const manifests = new Set<string>();
  const turns = new Turns();
  for (const { sources, documents } of records) {
    for (const { digest } of Object.values(documents)) contents.add(digest);
    for (const { manifest } of sources) {
      if (manifests.has(manifest.digest)) continue;
      manifests.add(manifest.digest);
      for (const entries of manifestEntries(layout, manifest.digest)) {
        for (const { digest } of entries) if (digest !== null) contents.add(digest);
        if (turns.isDue) await turns.give();
      }
    }
  }
  return { contents, manifests };
}

/** A file in the folder of contents. */
export interface ContentFile {
  readonly path: string;
  /** Its name where that can be a digest; null for what is not the store's. */
  readonly digest: string | null;
}

/** All files of contents. @throws the system's error */
export function* contentFiles(layout: Layout): Generator<ContentFile, void, void> {
  for (const part of namesIn(layout.contents)) {
    const folder = join(layout.contents, part);
    for (const name of namesIn(folder)) {
      const isDigest = DIGEST.test(name) && name.startsWith(part);
      yield { path: join(folder, name), digest: isDigest ? name : null };
    }
  }
}

/**
 * Removes, or counts, what nothing needs: contents, manifests, what dead processes left, pins of snapshots that are gone.
 * @param needs of all snapshots that stay. @param livingNow as `removeAbandoned` has it
 */
export async function sweep(
  layout: Layout,
  records: Records,
  needs: Needs,
  livingNow: () => ReadonlySet<string>,
  dryRun: boolean
): Promise<{ contents: number; bytes: number }> {
  const freed = { contents: 0, bytes: 0 };
  const turns = new Turns();
  const remove = (path: string, isContent: boolean): void => {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) rmSync(path, { recursive: true, force: true });
    freed.contents += isContent ? 1 : 0;
    freed.bytes += size;
  };
  for (const { path, digest } of contentFiles(layout)) {
    if (turns.isDue) await turns.give();
    if (digest === null || !needs.contents.has(digest)) remove(path, digest !== null);
  }
  const ids = new Set(records.ids());
  for (const folder of [layout.manifests, layout.copies, layout.records]) {
    for (const name of namesIn(folder)) {
      const isRecord = ids.has(name.replace(/\.json$/, ''));
      if (!isRecord && !needs.manifests.has(name)) remove(join(folder, name), false);
    }
  }
  if (dryRun) return freed;
  removeAbandoned(layout, records, livingNow);
  for (const name of namesIn(layout.pins)) {
    if (!ids.has(name)) rmSync(join(layout.pins, name), { recursive: true, force: true });
  }
  return freed;
}

/**
 * Ends or removes what processes that are gone had not finished. @param livingNow instances of processes at work. Those are asked for once it
 * is known what there is: a process is at work before it begins anything, so that what one has begun meanwhile is never taken for abandoned.
 */
export function removeAbandoned(
  layout: Layout,
  records: Records,
  livingNow: () => ReadonlySet<string>
): void {
  const names = namesIn(layout.staging);
  const living = livingNow();
  for (const name of names) {
    const [instance = ''] = name.replace(/^\./, '').split('.');
    if (living.has(instance)) continue;
    records.settle(name);
    rmSync(join(layout.staging, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
