import { z } from 'zod';
import { diagnostic, type Diagnostic } from '../diagnostics';
import {
  CHARD_KEY,
  FieldReader,
  isJsonObject,
  TimeoutSeconds,
  TUNING_KEY,
  type FieldPlace
} from './fields';
import type {
  DeclaredStepSettings,
  EffectiveStepSettings,
  Json,
  JsonObject,
  PipelineSettings,
  VolumeSettings
} from './model';
import { mergeSettings, readChardStepDefaults, readKaleStepDefaults } from './step-defaults';
import { AccessMode, readVolumes } from './volumes';

/** The key under which Kale's settings stand in a notebook's metadata. */
export const KALE_KEY = 'kubeflow_notebook';

export type SettingField = Exclude<keyof PipelineSettings, 'unknown'>;

/** Kale's keys for each setting, newest first: 2.x says `base_image`, before it was `docker_image`. */
export const KALE_SPELLINGS: Readonly<Record<SettingField, readonly [string, ...string[]]>> = {
  name: ['pipeline_name'],
  description: ['pipeline_description'],
  experiment: ['experiment_name'],
  image: ['base_image', 'docker_image'],
  volumes: ['volumes'],
  snapshotVolumes: ['snapshot_volumes', 'autosnapshot'],
  katib: ['katib_metadata'],
  katibRun: ['katib_run'],
  stepDefaults: ['steps_defaults'],
  caching: ['enable_caching'],
  timeoutSeconds: ['timeout'],
  storageClassName: ['storage_class_name'],
  volumeAccessMode: ['volume_access_mode'],
  securityContext: ['security_context']
};

/** Our key for where volumes are on a machine without a cluster, by their names: Kale has no word for it. */
export const VOLUME_FOLDERS = 'volumeFolders';

/** Kale's extension also keeps the experiment as `{id, name}`. */
export const KALE_EXPERIMENT_KEY = 'experiment';

const text = z.string({ error: 'must be a text' });
const flag = z.boolean({ error: 'must be true or false' });
const VolumeFolders = z.record(z.string(), z.string().min(1), {
  error: 'must be an object of volume names and folders'
});
const object = z.custom<JsonObject>(isJsonObject, { error: 'must be an object' });

/**
 * Reads a notebook's settings from its metadata: Kale's key `kubeflow_notebook` in the spellings of all its
 * years, and our own `chard`. Where both say a setting, ours holds; a field that cannot be used is reported
 * by its name and taken as not said.
 */
export function readPipelineSettings(metadata: JsonObject): {
  settings: PipelineSettings;
  diagnostics: Diagnostic[];
} {
  const source = new SettingsSource(metadata);
  const settings: PipelineSettings = {
    name: source.text('name'),
    description: source.text('description') ?? '',
    experiment: source.text('experiment') ?? source.experimentName(),
    image: source.text('image'),
    volumes: source.volumes(),
    snapshotVolumes: source.flag('snapshotVolumes'),
    katib: source.value('katib', object),
    katibRun: source.flag('katibRun') ?? false,
    stepDefaults: source.stepDefaults(),
    caching: source.flag('caching'),
    timeoutSeconds: source.value('timeoutSeconds', TimeoutSeconds),
    storageClassName: source.text('storageClassName'),
    volumeAccessMode: source.value('volumeAccessMode', AccessMode),
    securityContext: source.value('securityContext', object),
    unknown: source.unknown()
  };
  return { settings, diagnostics: source.reader.diagnostics };
}

/** One place where a setting is said. */
interface Said {
  readonly value: Json;
  readonly place: FieldPlace;
}

class SettingsSource {
  readonly reader = new FieldReader();
  private readonly kale: JsonObject;
  private readonly chard: JsonObject;

  constructor(metadata: JsonObject) {
    this.kale = this.reader.object(metadata, KALE_KEY, null);
    this.chard = this.reader.object(metadata, CHARD_KEY, null);
  }

  text(field: SettingField): string | null {
    return this.value(field, text);
  }

  /** A setting that several keys can switch on is on where one of them does. */
  flag(field: SettingField): boolean | null {
    const own = this.ownValue(field, flag);
    if (own !== null) return own;
    const values = this.saidByKale(field).map(said => this.readSaid(said, flag));
    return values.includes(true) ? true : values.includes(false) ? false : null;
  }

  value<T>(field: SettingField, schema: z.ZodType<T>): T | null {
    const own = this.ownValue(field, schema);
    const kale = this.saidByKale(field)[0];
    const kaleValue = kale === undefined ? null : this.readSaid(kale, schema);
    if (own === null) return kaleValue;
    if (kaleValue !== null && JSON.stringify(kaleValue) !== JSON.stringify(own)) {
      this.reportDifference(field, kale!.place);
    }
    return own;
  }

  volumes(): VolumeSettings[] {
    const own = readVolumes(this.chard.volumes, this.reader, place(CHARD_KEY, 'volumes'));
    const kale = readVolumes(this.kale.volumes, this.reader, place(KALE_KEY, 'volumes'));
    const folders = this.reader.read<Readonly<Record<string, string>>>(
      this.chard[VOLUME_FOLDERS],
      VolumeFolders,
      {},
      place(CHARD_KEY, VOLUME_FOLDERS)
    );
    return (own ?? kale ?? []).map(volume => ({ ...volume, folder: folders[volume.name] ?? null }));
  }

  stepDefaults(): DeclaredStepSettings {
    const own = place(CHARD_KEY, 'stepDefaults');
    const kale = place(KALE_KEY, KALE_SPELLINGS.stepDefaults[0]);
    return mergeSettings(
      readChardStepDefaults(this.chard.stepDefaults, this.reader, own),
      readKaleStepDefaults(this.kale[KALE_SPELLINGS.stepDefaults[0]], this.reader, kale)
    );
  }

  experimentName(): string | null {
    const experiment = this.kale[KALE_EXPERIMENT_KEY];
    const name = isJsonObject(experiment) ? experiment.name : null;
    return typeof name === 'string' && name !== '' ? name : null;
  }

  unknown(): PipelineSettings['unknown'] {
    const kale = new Set<string>([...Object.values(KALE_SPELLINGS).flat(), KALE_EXPERIMENT_KEY]);
    const own = new Set([...Object.keys(KALE_SPELLINGS), TUNING_KEY, VOLUME_FOLDERS]);
    const others = (from: JsonObject, known: ReadonlySet<string>) =>
      Object.fromEntries(Object.entries(from).filter(([key]) => !known.has(key)));
    return { kale: others(this.kale, kale), chard: others(this.chard, own) };
  }

  private ownValue<T>(field: SettingField, schema: z.ZodType<T>): T | null {
    const value = this.chard[field];
    return isSaid(value) ? this.readSaid({ value, place: place(CHARD_KEY, field) }, schema) : null;
  }

  private readSaid<T>(said: Said, schema: z.ZodType<T>): T | null {
    return this.reader.read<T | null>(said.value, schema, null, said.place);
  }

  private saidByKale(field: SettingField): Said[] {
    return KALE_SPELLINGS[field].flatMap(key => {
      const value = this.kale[key];
      return isSaid(value) ? [{ value, place: place(KALE_KEY, key) }] : [];
    });
  }

  private reportDifference(field: SettingField, kale: FieldPlace): void {
    const ours = [CHARD_KEY, field];
    this.reader.diagnostics.push(
      diagnostic(
        'warning',
        'conflicting-settings',
        `The notebook's metadata says "${ours.join('.')}" and "${kale.path.join('.')}" differently. ` +
          `"${ours.join('.')}" holds: remove one of them.`,
        {
          fixes: [kale.path, ours].map(path => ({
            title: `Remove "${path.join('.')}"`,
            edits: [{ kind: 'set-metadata', cell: null, path: [...path], value: null }]
          }))
        }
      )
    );
  }
}

/** Kale's extension writes an empty text for what a person left empty. */
function isSaid(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== '';
}

function place(...path: string[]): FieldPlace {
  return { cell: null, path };
}

/** A step's settings after the notebook's: its own, else the defaults of all steps, else the notebook's. */
export function effectiveStepSettings(
  declared: DeclaredStepSettings,
  settings: PipelineSettings
): EffectiveStepSettings {
  const merged = mergeSettings(declared, settings.stepDefaults);
  return {
    ...merged,
    image: merged.image ?? settings.image,
    cache: merged.cache ?? settings.caching ?? true
  };
}

/** The volumes, each with the notebook's storage class and access mode where it names none itself. */
export function effectiveVolumes(settings: PipelineSettings): VolumeSettings[] {
  return settings.volumes.map(volume => ({
    ...volume,
    storageClassName: volume.storageClassName ?? settings.storageClassName,
    accessMode: volume.accessMode ?? settings.volumeAccessMode
  }));
}
