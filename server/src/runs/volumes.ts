import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { Pipeline, Volume } from '@chard/core/pipeline';

/** The name of the notebook's own folder among a snapshot's sources. */
export const NOTEBOOK_SOURCE = 'notebook';

/** A volume as this machine has it: a folder. */
export interface VolumeHere {
  /** The volume's name; null for the notebook's own folder. */
  readonly volume: string | null;
  /** Its name among a snapshot's sources. */
  readonly source: string;
  /** Absolute path, without links; null where there is none. */
  readonly path: string | null;
  /** Why it is not part of snapshots; null where it is. */
  readonly leftOut: string | null;
}

/**
 * The notebook's folder and its volumes on this machine.
 * @param notebook absolute path @param isAllowed whether an absolute path may be looked at
 */
export function volumesHere(
  notebook: string,
  { volumes }: Pick<Pipeline, 'volumes'>,
  isAllowed: (path: string) => boolean
): VolumeHere[] {
  const own = realpathSync(dirname(notebook));
  const first: VolumeHere = { volume: null, source: NOTEBOOK_SOURCE, path: own, leftOut: null };
  return [first, ...volumes.map(volume => volumeHere(volume, own, isAllowed))];
}

function volumeHere(
  { name, folder, mountPoint, snapshot }: Volume,
  own: string,
  isAllowed: (path: string) => boolean
): VolumeHere {
  const source = name === NOTEBOOK_SOURCE ? `volume ${name}` : name;
  const place = resolve(own, folder ?? mountPoint);
  const nowhere = { volume: name, source, path: null };
  if (!isAllowed(place)) {
    return { ...nowhere, leftOut: 'it is outside of the folder that Jupyter serves' };
  }
  if (!existsSync(place) || !statSync(place).isDirectory()) {
    return { ...nowhere, leftOut: `there is no folder ${place} on this machine` };
  }
  const path = realpathSync(place);
  const here = { volume: name, source, path };
  if (!snapshot) return { ...here, leftOut: 'it is not to be part of snapshots' };
  if (path === own || path.startsWith(own + sep)) {
    return { ...here, leftOut: "it is in the notebook's folder, and with it in the snapshot" };
  }
  if (own.startsWith(path + sep)) {
    return { ...here, leftOut: "the notebook's folder is in it: choose a folder beside" };
  }
  return { ...here, leftOut: null };
}
