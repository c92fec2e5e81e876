import type { JsonObject, VolumeSettings } from './model';
import { ACCESS_MODES, VOLUME_KEYS } from './volumes';

const SIZE_AND_TYPE = /^(\d+)([KMGTPE]i)?$/;

/** Writes a volume as Kale has it. `old` is what stood there: its other keys are kept. */
export function printKaleVolume(volume: VolumeSettings, old: JsonObject): JsonObject {
  const size = volume.size === null ? null : SIZE_AND_TYPE.exec(volume.size);
  return {
    ...others(old),
    name: volume.name,
    type: volume.type,
    mount_point: volume.mountPoint,
    ...(size
      ? { size: Number(size[1]), size_type: size[2] ?? '' }
      : volume.size === null
        ? {}
        : { size: volume.size }),
    ...said({
      storage_class_name: volume.storageClassName,
      volume_access_mode: kaleAccessMode(volume.accessMode),
      snapshot_name: volume.snapshotName,
      read_only: volume.readOnly || null,
      sub_path: volume.subPath
    }),
    snapshot: volume.snapshot,
    annotations: Object.entries(volume.annotations).map(([key, value]) => ({ key, value }))
  };
}

/** Writes a volume as Chard has it: only what is said. `old` is what stood there: its other keys are kept. */
export function printChardVolume(volume: VolumeSettings, old: JsonObject): JsonObject {
  return {
    ...others(old),
    name: volume.name,
    type: volume.type,
    mountPoint: volume.mountPoint,
    ...said({
      size: volume.size,
      storageClassName: volume.storageClassName,
      accessMode: volume.accessMode,
      snapshot: volume.snapshot || null,
      snapshotName: volume.snapshotName,
      readOnly: volume.readOnly || null,
      subPath: volume.subPath
    }),
    ...(Object.keys(volume.annotations).length > 0
      ? { annotations: { ...volume.annotations } }
      : {})
  };
}

/** Kale's word for an access mode; what Kale has no word for stays Kubernetes' name. */
export function kaleAccessMode(mode: string | null): string | null {
  if (mode === null) return null;
  return Object.entries(ACCESS_MODES).find(([, name]) => name === mode)?.[0] ?? mode;
}

function said(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** The keys that say nothing of a volume's settings. */
function others(object: JsonObject): JsonObject {
  const known = new Set<string>(Object.values(VOLUME_KEYS).flat());
  return Object.fromEntries(Object.entries(object).filter(([key]) => !known.has(key)));
}
