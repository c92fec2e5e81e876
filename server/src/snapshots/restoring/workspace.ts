import { constants, copyFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../../files';
import type { ExtendedAttributes } from '../attributes/model';
import type { Layout } from '../disk/layout';
import { manifestEntries } from '../disk/manifests';
import type { KeptSource } from '../disk/records';
import type { Workspace, WorkspaceOptions } from '../snapshotStore';
import { Meter } from '../work/meter';
import { makeFolder, newFolder, temporaryBeside } from './newFolder';
import { thawSource, totalOf } from './source';

/** Makes a writable tree of a source, as `SnapshotStore.workspace` has it. */
export async function makeWorkspace(
  layout: Layout,
  source: KeptSource,
  folder: string,
  { copyLimit, only, ...watch }: WorkspaceOptions,
  attributes: ExtendedAttributes | null
): Promise<Workspace> {
  const way = canClone(layout, source, folder) ? 'reflink' : 'copy';
  const { bytes } = source.counts;
  if (way === 'copy' && bytes > copyLimit) return { way: 'none', bytes };
  const meter = new Meter(watch, only === undefined ? totalOf([source]) : null);
  const thawed = await newFolder(folder, target =>
    thawSource(layout, source, { target, way, compare: false, attributes, meter }, batch =>
      only === undefined ? batch : batch.filter(({ path }) => only(path))
    )
  );
  meter.end();
  return { way, problems: thawed.problems };
}

/** Whether files in a folder can share blocks with the store; tried with one of them. */
function canClone(layout: Layout, { manifest }: KeptSource, folder: string): boolean {
  makeFolder(dirname(folder));
  for (const batch of manifestEntries(layout, manifest.digest)) {
    const file = batch.find(({ digest, size }) => digest !== null && size > 0);
    if (file?.digest == null) continue;
    const trial = temporaryBeside(folder);
    try {
      copyFileSync(layout.content(file.digest), trial, constants.COPYFILE_FICLONE_FORCE);
      return true;
    } catch (error) {
      // Lost in the store: that is told when it is its turn.
      if (errorCode(error) === 'ENOENT') continue;
      // Whatever the reason: a copy may still be possible, and says why where it is not.
      return false;
    } finally {
      rmSync(trial, { force: true });
    }
  }
  return false;
}
