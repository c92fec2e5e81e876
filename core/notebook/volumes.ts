import { z } from 'zod';
import { diagnostic } from '../diagnostics';
import { Annotations, FieldReader, isJsonObject, type FieldPlace } from './fields';
import { VOLUME_TYPES, type Json, type JsonObject, type VolumeSettings } from './model';
import { isQuantity } from '../quantity';

/** Kale's word to Kubernetes' name. */
export const ACCESS_MODES: Readonly<Record<string, string>> = {
  rom: 'ReadOnlyMany',
  rwo: 'ReadWriteOnce',
  rwm: 'ReadWriteMany',
  rwop: 'ReadWriteOncePod'
};

/** Types of Kale's years with Rok, a store of snapshots that exists no more. */
const ROK_TYPES: ReadonlySet<Json | undefined> = new Set(['rok', 'snap']);

const words = z.string({ error: 'must be a text' });
const flag = z.boolean({ error: 'must be true or false' });
const VolumeName = words.regex(/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/, {
  error: 'must be a Kubernetes name: small letters, digits, "-" and "."'
});
const MountPoint = words.startsWith('/', { error: 'must be a path that begins with "/"' });
const VolumeType = z.enum(VOLUME_TYPES, { error: `must be one of ${VOLUME_TYPES.join(', ')}` });

/** An access mode in Kale's word or Kubernetes' name; gives the name. */
export const AccessMode = words.transform((mode, context) => {
  const name = ACCESS_MODES[mode.toLowerCase()] ?? mode;
  if (Object.values(ACCESS_MODES).includes(name)) return name;
  context.addIssue(`must be one of ${Object.keys(ACCESS_MODES).join(', ')}`);
  return z.NEVER;
});

const VolumeAnnotations = z.union(
  [
    Annotations,
    z
      .array(z.looseObject({ key: z.string(), value: z.string() }))
      .transform(list =>
        Object.fromEntries(
          list
            .filter(({ key, value }) => key !== '' && value !== '')
            .map(({ key, value }) => [key, value])
        )
      )
  ],
  { error: 'must be a list of {"key", "value"} or an object of texts' }
);

const Size = z.union([words, z.number().nonnegative()], {
  error: 'must be an amount such as "5Gi"'
});

export type VolumeField = keyof VolumeSettings;

/** Why a notebook would not keep a field's value: "must be ..."; null where it would. */
export function volumeProblem(
  field: 'name' | 'mountPoint' | 'size' | 'accessMode',
  value: string
): string | null {
  if (field === 'size') return isQuantity(value) ? null : 'must be an amount such as "5Gi"';
  const schemas = { name: VolumeName, mountPoint: MountPoint, accessMode: AccessMode };
  const result = schemas[field].safeParse(value);
  return result.success ? null : result.error.issues[0]!.message;
}

/** Each setting with the keys that say it: Kale's, then ours. */
export const VOLUME_KEYS = {
  name: ['name'],
  type: ['type'],
  mountPoint: ['mount_point', 'mountPoint'],
  size: ['size'],
  sizeType: ['size_type'],
  storageClassName: ['storage_class_name', 'storageClassName'],
  accessMode: ['volume_access_mode', 'accessMode'],
  snapshot: ['snapshot'],
  snapshotName: ['snapshot_name', 'snapshotName'],
  readOnly: ['read_only', 'readOnly'],
  subPath: ['sub_path', 'subPath'],
  annotations: ['annotations']
} as const;

/** Reads a list of volumes, Kale's or ours; one that cannot be used is reported and left out. */
export function readVolumes(
  value: Json | undefined,
  reader: FieldReader,
  place: FieldPlace
): VolumeSettings[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) {
    reader.invalid(place.path.join('.'), 'must be a list of volumes', place);
    return null;
  }
  return value.flatMap((raw, index) => {
    const name = [...place.path, String(index)].join('.');
    const entry = { ...place, rest: value.toSpliced(index, 1) };
    if (!isJsonObject(raw)) {
      reader.invalid(name, 'must be an object', entry);
      return [];
    }
    const volume = readVolume(raw, reader, name, entry);
    return volume ? [volume] : [];
  });
}

/** Whether an entry of a list of volumes can be used. */
export function isReadableVolume(raw: Json): boolean {
  const read = readVolumes([raw], new FieldReader(), { cell: null, path: [] });
  return read !== null && read.length > 0;
}

function readVolume(
  raw: JsonObject,
  reader: FieldReader,
  name: string,
  place: FieldPlace
): VolumeSettings | null {
  if (ROK_TYPES.has(raw.type)) {
    reader.diagnostics.push(
      diagnostic(
        'warning',
        'unsupported-volume',
        `The volume "${name}" has the type "${String(raw.type)}", of a store of snapshots that Kale once ` +
          `used. It is left out: choose one of the types ${VOLUME_TYPES.join(', ')}.`
      )
    );
    return null;
  }
  const field = <T>(keys: readonly string[], schema: z.ZodType<T>, required = false): T | null => {
    const key = keys.find(each => raw[each] !== undefined) ?? keys[0]!;
    const value = raw[key] === '' ? null : (raw[key] ?? null);
    if (value === null) {
      if (required) reader.invalid(`${name}.${key}`, 'is missing', place);
      return null;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    reader.invalid(`${name}.${key}`, result.error.issues[0]!.message, place);
    return null;
  };
  const volumeName = field(VOLUME_KEYS.name, VolumeName, true);
  const type = field(VOLUME_KEYS.type, VolumeType, true);
  const mountPoint = field(VOLUME_KEYS.mountPoint, MountPoint, true);
  const size = field(VOLUME_KEYS.size, Size);
  const sizeType = field(VOLUME_KEYS.sizeType, words) ?? '';
  const quantity = size === null ? null : `${size}${sizeType}`;
  if (quantity !== null && !isQuantity(quantity)) {
    reader.invalid(`${name}.size`, 'must be an amount such as "5Gi"', place);
  }
  const rest = {
    folder: null,
    storageClassName: field(VOLUME_KEYS.storageClassName, words),
    accessMode: field(VOLUME_KEYS.accessMode, AccessMode),
    snapshot: field(VOLUME_KEYS.snapshot, flag) ?? false,
    snapshotName: field(VOLUME_KEYS.snapshotName, words),
    readOnly: field(VOLUME_KEYS.readOnly, flag) ?? false,
    subPath: field(VOLUME_KEYS.subPath, words),
    annotations: field<Record<string, string>>(VOLUME_KEYS.annotations, VolumeAnnotations) ?? {}
  };
  if (volumeName === null || type === null || mountPoint === null) return null;
  return { name: volumeName, type, mountPoint, size: quantity, ...rest };
}
