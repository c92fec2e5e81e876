import { z } from 'zod';
import { NO_SETTINGS, readTagSettings } from './cell-annotation';
import {
  Annotations,
  Environment,
  isJsonObject,
  Labels,
  NodeSelector,
  Quantities,
  RetriesField,
  TimeoutSeconds,
  Tolerations,
  type FieldPlace,
  type FieldReader
} from './fields';
import type { DeclaredStepSettings, Json, JsonObject, Retries, Toleration } from './model';
import { isEnvironmentName, isNearMiss, parseTag, type TagItem } from './tags';

const text = z.string({ error: 'must be a text' });
const flag = z.boolean({ error: 'must be true or false' });

const Secrets = z.array(
  z.strictObject({
    secret: text.min(1),
    key: text.min(1),
    env: text.refine(isEnvironmentName, { error: 'must be the name of an environment variable' })
  }),
  { error: 'must be a list of {"secret", "key", "env"}' }
);

/** Argo's durations, as Kale's retry settings have them: `30s`, `5m`, `2h`, or seconds. */
const Duration = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(?:\.\d+)?[smh]?$/)], {
    error: 'must be a duration such as "30s", "5m" or "2h"'
  })
  .transform(value => {
    if (typeof value === 'number') return value;
    const factor = value.endsWith('h') ? 3600 : value.endsWith('m') ? 60 : 1;
    return Number.parseFloat(value) * factor;
  });

/** Reads the settings of every step from our own key: an object whose fields are those of a step. */
export function readChardStepDefaults(
  value: Json | undefined,
  reader: FieldReader,
  place: FieldPlace
): DeclaredStepSettings {
  if (value === undefined || value === null) return NO_SETTINGS;
  if (!isJsonObject(value)) {
    reader.invalid(place.path.join('.'), 'must be an object', place);
    return NO_SETTINGS;
  }
  const at = (key: string) => ({ ...place, path: [...place.path, key] });
  return {
    image: reader.read<string | null>(value.image, text.min(1), null, at('image')),
    limits: reader.read(value.limits, Quantities, {}, at('limits')),
    requests: reader.read(value.requests, Quantities, {}, at('requests')),
    labels: reader.read(value.labels, Labels, {}, at('labels')),
    annotations: reader.read(value.annotations, Annotations, {}, at('annotations')),
    secrets: reader.read(value.secrets, Secrets, [], at('secrets')),
    environment: reader.read(value.environment, Environment, {}, at('environment')),
    cache: reader.read<boolean | null>(value.cache, flag, null, at('cache')),
    retries: reader.read<Retries | null>(value.retries, RetriesField, null, at('retries')),
    timeoutSeconds: reader.read<number | null>(
      value.timeoutSeconds,
      TimeoutSeconds,
      null,
      at('timeoutSeconds')
    ),
    nodeSelector: reader.read(value.nodeSelector, NodeSelector, {}, at('nodeSelector')),
    tolerations: reader.read(value.tolerations, Tolerations, [], at('tolerations')),
    description: null
  };
}

/** Reads Kale's `steps_defaults`: a list of tags (its notebooks), or an object (its SDK). */
export function readKaleStepDefaults(
  value: Json | undefined,
  reader: FieldReader,
  place: FieldPlace
): DeclaredStepSettings {
  if (value === undefined || value === null) return NO_SETTINGS;
  if (Array.isArray(value)) return readTagList(value, reader, place);
  if (isJsonObject(value)) return readKaleObject(value, reader, place);
  reader.invalid(place.path.join('.'), 'must be a list of tags', place);
  return NO_SETTINGS;
}

function readTagList(
  tags: readonly Json[],
  reader: FieldReader,
  place: FieldPlace
): DeclaredStepSettings {
  const items: TagItem[] = [];
  tags.forEach((tag, index) => {
    const name = [...place.path, String(index)].join('.');
    const entry = { ...place, rest: tags.toSpliced(index, 1) };
    if (typeof tag !== 'string') {
      reader.invalid(name, 'must be a tag', entry);
      return;
    }
    const parsed = parseTag(tag);
    if (isNearMiss(parsed)) {
      reader.invalid(name, `must be a tag. Did you mean "${parsed.problem!.replacement!}"?`, entry);
    } else if (parsed.problem)
      reader.invalid(name, `cannot be used: ${parsed.problem.message}`, entry);
    else items.push(...parsed.items);
  });
  return { ...NO_SETTINGS, ...readTagSettings(items) };
}

function readKaleObject(
  value: JsonObject,
  reader: FieldReader,
  place: FieldPlace
): DeclaredStepSettings {
  const at = (key: string) => ({ ...place, path: [...place.path, key] });
  const image = reader.read(value.base_image, text, '', at('base_image'));
  return {
    ...NO_SETTINGS,
    image: image === '' ? null : image,
    limits: reader.read(value.limits, Quantities, {}, at('limits')),
    labels: reader.read(value.labels, Labels, {}, at('labels')),
    annotations: reader.read(value.annotations, Annotations, {}, at('annotations')),
    cache: reader.read<boolean | null>(value.enable_caching, flag, null, at('enable_caching')),
    timeoutSeconds: reader.read<number | null>(value.timeout, TimeoutSeconds, null, at('timeout')),
    retries: readKaleRetries(value, reader, at)
  };
}

function readKaleRetries(
  value: JsonObject,
  reader: FieldReader,
  at: (key: string) => FieldPlace
): Retries | null {
  const count = reader.read(value.retry_count, z.int().min(0), 0, at('retry_count'));
  if (count === 0) return null;
  return {
    count,
    backoffSeconds: reader.read(value.retry_interval, Duration, 0, at('retry_interval')),
    backoffFactor: reader.read(value.retry_factor, z.number().min(1), 2, at('retry_factor')),
    maxBackoffSeconds: reader.read(
      value.retry_max_interval,
      Duration,
      3600,
      at('retry_max_interval')
    )
  };
}

/** What `first` says, and where it says nothing what `second` says. Maps are merged key by key. */
export function mergeSettings(
  first: DeclaredStepSettings,
  second: DeclaredStepSettings
): DeclaredStepSettings {
  const variables = new Set(first.secrets.map(({ env }) => env));
  return {
    image: first.image ?? second.image,
    limits: { ...second.limits, ...first.limits },
    requests: { ...second.requests, ...first.requests },
    labels: { ...second.labels, ...first.labels },
    annotations: { ...second.annotations, ...first.annotations },
    secrets: [...first.secrets, ...second.secrets.filter(({ env }) => !variables.has(env))],
    environment: { ...second.environment, ...first.environment },
    cache: first.cache ?? second.cache,
    retries: first.retries ?? second.retries,
    timeoutSeconds: first.timeoutSeconds ?? second.timeoutSeconds,
    nodeSelector: { ...second.nodeSelector, ...first.nodeSelector },
    tolerations: mergeTolerations(first.tolerations, second.tolerations),
    description: first.description ?? second.description
  };
}

function mergeTolerations(
  first: readonly Toleration[],
  second: readonly Toleration[]
): readonly Toleration[] {
  const said = new Set(first.map(each => JSON.stringify(each)));
  return [...first, ...second.filter(each => !said.has(JSON.stringify(each)))];
}
