import type { NotebookEdit } from '../diagnostics';
import { CHARD_KEY, isJsonObject } from './fields';
import type { Notebook, VolumeSettings } from './model';
import { KALE_KEY, readPipelineSettings, VOLUME_FOLDERS } from './settings';
import { editsToSetPipeline } from './settings-edits';
import { isReadableVolume, volumeProblem, type VolumeField } from './volumes';

/** What is wrong with a field of a volume, as a sentence's end ("must be ..."). */
export interface VolumeProblem {
  readonly field: VolumeField;
  readonly message: string;
}

/**
 * What is wrong with a volume among the others; nothing else would be kept by a notebook.
 * @param others the notebook's other volumes
 */
export function checkVolume(
  volume: VolumeSettings,
  others: readonly VolumeSettings[]
): VolumeProblem[] {
  const problems: VolumeProblem[] = [];
  const fields = ['name', 'mountPoint', 'size', 'accessMode'] as const;
  for (const field of fields) {
    const value = volume[field];
    const message = value === null ? null : volumeProblem(field, value);
    if (message !== null) problems.push({ field, message });
  }
  if (others.some(({ name }) => name === volume.name)) {
    problems.push({ field: 'name', message: 'is the name of another volume' });
  }
  if (others.some(({ mountPoint }) => mountPoint === volume.mountPoint)) {
    problems.push({ field: 'mountPoint', message: 'is the mount point of another volume' });
  }
  if (volume.folder?.includes('\0')) problems.push({ field: 'folder', message: 'must be a path' });
  return problems;
}

/** A volume with a name and a mount point that none of the others has. */
export function newVolume(others: readonly VolumeSettings[]): VolumeSettings {
  const isFree = (number: number): boolean =>
    !others.some(
      ({ name, mountPoint }) => name === `data-${number}` || mountPoint === `/data-${number}`
    );
  let number = 1;
  while (!isFree(number)) number += 1;
  return {
    name: `data-${number}`,
    type: 'pvc',
    mountPoint: `/data-${number}`,
    size: null,
    storageClassName: null,
    accessMode: null,
    snapshot: true,
    snapshotName: null,
    readOnly: false,
    subPath: null,
    annotations: {},
    folder: null
  };
}

/** Adds a volume behind the others. */
export function editsToAddVolume(notebook: Notebook, volume: VolumeSettings): NotebookEdit[] {
  return replaceVolumes(notebook, volumesOf(notebook), [...volumesOf(notebook), volume]);
}

/** Puts `volume` in the place of the one at `index`; another name takes its folder along. */
export function editsToChangeVolume(
  notebook: Notebook,
  index: number,
  volume: VolumeSettings
): NotebookEdit[] {
  const volumes = volumesOf(notebook);
  return volumes[index] === undefined
    ? []
    : replaceVolumes(notebook, volumes, volumes.with(index, volume));
}

export function editsToRemoveVolume(notebook: Notebook, index: number): NotebookEdit[] {
  const volumes = volumesOf(notebook);
  return volumes[index] === undefined
    ? []
    : replaceVolumes(notebook, volumes, volumes.toSpliced(index, 1));
}

/** Whether no volume is left, not even one that cannot be used. */
function isNothing(notebook: Notebook, after: readonly VolumeSettings[]): boolean {
  const lists = [KALE_KEY, CHARD_KEY].map(key => {
    const settings = notebook.metadata[key];
    return isJsonObject(settings) ? settings['volumes'] : undefined;
  });
  return (
    after.length === 0 &&
    !lists.some(list => Array.isArray(list) && list.some(each => !isReadableVolume(each)))
  );
}

function volumesOf(notebook: Notebook): readonly VolumeSettings[] {
  return readPipelineSettings(notebook.metadata).settings.volumes;
}

/** Only what is different is written: the list of volumes where one of them is, a folder where it is. */
function replaceVolumes(
  notebook: Notebook,
  before: readonly VolumeSettings[],
  after: readonly VolumeSettings[]
): NotebookEdit[] {
  const withoutFolders = (volumes: readonly VolumeSettings[]): string =>
    JSON.stringify(volumes.map(volume => ({ ...volume, folder: null })));
  const edits =
    withoutFolders(before) === withoutFolders(after)
      ? []
      : editsToSetPipeline(notebook, 'volumes', isNothing(notebook, after) ? null : after);
  const old = new Map(before.map(({ name, folder }) => [name, folder]));
  const now = new Map(after.map(({ name, folder }) => [name, folder]));
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const folder = now.get(name) ?? null;
    if ((old.get(name) ?? null) === folder) continue;
    edits.push({
      kind: 'set-metadata',
      cell: null,
      path: [CHARD_KEY, VOLUME_FOLDERS, name],
      value: folder
    });
  }
  return edits;
}
