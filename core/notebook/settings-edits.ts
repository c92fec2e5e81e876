import type { NotebookEdit } from '../diagnostics';
import { NO_ANNOTATION, NO_SETTINGS, printCellAnnotation } from './cell-annotation';
import { CHARD_KEY, isJsonObject } from './fields';
import type {
  DeclaredStepSettings,
  Json,
  JsonObject,
  Notebook,
  PipelineSettings,
  VolumeSettings
} from './model';
import { KALE_EXPERIMENT_KEY, KALE_KEY, KALE_SPELLINGS, type SettingField } from './settings';
import { kaleAccessMode, printChardVolume, printKaleVolume } from './volume-print';
import { isReadableVolume } from './volumes';

/** What each setting can be set to; null takes it away. */
export type SettingValues = { [Field in SettingField]: PipelineSettings[Field] | null };

/**
 * The edits that set one of the notebook's settings. It is written where the notebook already says it; else
 * under Kale's key if the notebook has it, so that both tools read it; else under our own.
 */
export function editsToSetPipeline<Field extends SettingField>(
  notebook: Notebook,
  field: Field,
  value: SettingValues[Field]
): NotebookEdit[] {
  if (field === 'stepDefaults') {
    return setStepDefaults(notebook.metadata, value as DeclaredStepSettings | null);
  }
  const places = placesToWrite(notebook.metadata, field, value !== null);
  return places.map(path => ({
    kind: 'set-metadata',
    cell: null,
    path,
    value: value === null ? null : printValue(field, value, path, notebook.metadata)
  }));
}

function objectAt(metadata: JsonObject, key: string): JsonObject {
  const value = metadata[key];
  return isJsonObject(value) ? value : {};
}

/** Every place that has the setting; where none has it and it shall be there, the one where it goes. */
function placesToWrite(metadata: JsonObject, field: SettingField, needed: boolean): string[][] {
  const kale = objectAt(metadata, KALE_KEY);
  const places = KALE_SPELLINGS[field]
    .filter(key => Object.hasOwn(kale, key))
    .map(key => [KALE_KEY, key]);
  const experiment = kale[KALE_EXPERIMENT_KEY];
  if (field === 'experiment' && isJsonObject(experiment)) {
    places.push([KALE_KEY, KALE_EXPERIMENT_KEY, 'name']);
  }
  if (Object.hasOwn(objectAt(metadata, CHARD_KEY), field)) places.push([CHARD_KEY, field]);
  if (places.length > 0 || !needed) return places;
  return isJsonObject(metadata[KALE_KEY])
    ? [[KALE_KEY, KALE_SPELLINGS[field][0]]]
    : [[CHARD_KEY, field]];
}

function printValue(
  field: SettingField,
  value: NonNullable<SettingValues[SettingField]>,
  path: readonly string[],
  metadata: JsonObject
): Json {
  const inKale = path[0] === KALE_KEY;
  if (field === 'volumes') {
    const old = objectAt(metadata, path[0]!)[path[1]!];
    return printVolumes(value as readonly VolumeSettings[], Array.isArray(old) ? old : [], inKale);
  }
  if (field === 'volumeAccessMode' && inKale) return kaleAccessMode(value as string);
  return value as Json;
}

function printVolumes(
  volumes: readonly VolumeSettings[],
  old: readonly Json[],
  inKale: boolean
): Json {
  const print = inKale ? printKaleVolume : printChardVolume;
  const objects = old.filter(isJsonObject);
  const names = new Set(volumes.map(({ name }) => name));
  const printed = volumes.map((volume, index) => {
    const renamed = objects.length === volumes.length ? objects[index] : undefined;
    const isRenamed = renamed !== undefined && !names.has(String(renamed.name));
    const before = objects.find(({ name }) => name === volume.name);
    return print(volume, before ?? (isRenamed ? renamed : {}));
  });
  // What cannot be used is a person's all the same, and reported.
  return [...printed, ...old.filter(each => !isReadableVolume(each))];
}

/** What Kale's list of default tags can say. */
const SAID_BY_KALE = ['image', 'limits', 'labels', 'annotations', 'cache'] as const;
const SAID_BY_US = [
  'requests',
  'environment',
  'retries',
  'timeoutSeconds',
  'secrets',
  'nodeSelector',
  'tolerations'
] as const;

/**
 * Kale's `steps_defaults` take what Kale's tags can say; the rest goes under our own key. Where the notebook
 * has no Kale key, all of it does.
 */
function setStepDefaults(metadata: JsonObject, value: DeclaredStepSettings | null): NotebookEdit[] {
  const settings = value ?? NO_SETTINGS;
  const [kaleKey] = KALE_SPELLINGS.stepDefaults;
  const kale = objectAt(metadata, KALE_KEY);
  const useKale = isJsonObject(metadata[KALE_KEY]) && !isJsonObject(kale[kaleKey]);
  return [
    ...setDefault(
      [KALE_KEY, kaleKey],
      metadata,
      useKale ? defaultTags(settings, kale[kaleKey]) : null
    ),
    ...setDefault(
      [CHARD_KEY, 'stepDefaults'],
      metadata,
      ownDefaults(
        settings,
        useKale ? SAID_BY_US : [...SAID_BY_KALE, ...SAID_BY_US],
        objectAt(objectAt(metadata, CHARD_KEY), 'stepDefaults')
      )
    )
  ];
}

function setDefault(
  path: [string, string],
  metadata: JsonObject,
  value: Json | null
): NotebookEdit[] {
  const isThere = Object.hasOwn(objectAt(metadata, path[0]), path[1]);
  if (value === null && !isThere) return [];
  return [{ kind: 'set-metadata', cell: null, path, value }];
}

function defaultTags(settings: DeclaredStepSettings, old: Json | undefined): string[] | null {
  const oldTags = Array.isArray(old) ? old.filter(tag => typeof tag === 'string') : [];
  const sayable = { ...NO_SETTINGS, ...pick(settings, SAID_BY_KALE) };
  const { tags } = printCellAnnotation(
    { ...NO_ANNOTATION, settings: sayable },
    { tags: oldTags, metadata: {} }
  );
  return tags.length === 0 && old === undefined ? null : tags;
}

function ownDefaults(
  settings: DeclaredStepSettings,
  fields: readonly (keyof DeclaredStepSettings)[],
  old: JsonObject
): JsonObject | null {
  const known = new Set<string>([...SAID_BY_KALE, ...SAID_BY_US]);
  const others = Object.entries(old).filter(([key]) => !known.has(key));
  const said = Object.entries(pick(settings, fields)).filter(
    ([, value]) => value !== null && (typeof value !== 'object' || Object.keys(value).length > 0)
  );
  const all = [...others, ...said];
  return all.length === 0 ? null : (Object.fromEntries(all) as JsonObject);
}

function pick<Field extends keyof DeclaredStepSettings>(
  settings: DeclaredStepSettings,
  fields: readonly Field[]
): Pick<DeclaredStepSettings, Field> {
  return Object.fromEntries(fields.map(field => [field, settings[field]])) as Pick<
    DeclaredStepSettings,
    Field
  >;
}
