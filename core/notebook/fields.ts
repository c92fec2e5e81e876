import { z } from 'zod';
import { diagnostic, type Diagnostic, type Fix, type NotebookEdit } from '../diagnostics';
import { isJsonObject, repairs, type FieldPlace } from './field-repairs';
import type { Json, JsonObject } from './model';
import { isQuantity } from '../quantity';
import { isEnvironmentName, isLabelKey, isLabelValue, isResourceName } from './tags';

/** The key under which Chard's own fields stand in the metadata of a notebook and of a cell. */
export const CHARD_KEY = 'chard';

/** The key below it under which a notebook describes its experiment: see core/experiment. */
export const TUNING_KEY = 'tuning';

/** A cell's fields (keys of its metadata's `chard`) that Kale's tags cannot say. */
export const CELL_FIELDS = [
  'description',
  'requests',
  'environment',
  'retries',
  'timeoutSeconds',
  'nodeSelector',
  'tolerations'
] as const;
export type CellField = (typeof CELL_FIELDS)[number];

const text = z.string({ error: 'must be a text' });
const quantity = text.refine(isQuantity, {
  error: 'must be an amount such as "2", "500m" or "4Gi"'
});
const seconds = z.number({ error: 'must be a number of seconds' });

function mapOf(
  value: z.ZodType<string>,
  isKey: (key: string) => boolean,
  keys: string
): z.ZodType<Record<string, string>> {
  return z
    .record(z.string(), value, { error: 'must be an object of names and texts' })
    .refine(map => Object.keys(map).every(isKey), { error: `has a key that is not ${keys}` });
}

export const Quantities = mapOf(quantity, isResourceName, 'the name of a resource');
export const Labels = mapOf(
  text.refine(isLabelValue, { error: 'must be a label value: letters, digits, "-", "_", "."' }),
  isLabelKey,
  'a label key'
);
export const Annotations = mapOf(text, isLabelKey, 'an annotation key');
export const Environment = mapOf(text, isEnvironmentName, 'the name of an environment variable');

/** Defaults are those of KFP's retry policy. */
export const RetriesField = z.strictObject(
  {
    count: z.int({ error: 'must be a whole number' }).min(0, { error: 'must not be negative' }),
    backoffSeconds: seconds.min(0, { error: 'must not be negative' }).default(0),
    backoffFactor: z
      .number({ error: 'must be a number' })
      .min(1, { error: 'must be at least 1' })
      .default(2),
    maxBackoffSeconds: seconds.min(0, { error: 'must not be negative' }).default(3600)
  },
  { error: issue => (issue.code === 'unrecognized_keys' ? undefined : 'must be an object') }
);

/** Labels that a node must have. */
export const NodeSelector = mapOf(
  text.refine(isLabelValue, { error: 'must be a label value: letters, digits, "-", "_", "."' }),
  isLabelKey,
  'a label key'
);

/** Taints of nodes that a step puts up with, in Kubernetes' words. */
export const Tolerations = z.array(
  z
    .strictObject({
      key: text.refine(key => key === '' || isLabelKey(key), { error: 'must be a label key' }),
      operator: z.enum(['Exists', 'Equal'], { error: 'must be "Exists" or "Equal"' }),
      value: text,
      effect: z.enum(['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'], {
        error: 'must be "NoSchedule", "PreferNoSchedule" or "NoExecute"'
      }),
      seconds: z.int({ error: 'must be a whole number of seconds' }).nullable()
    })
    .partial()
    .transform(said => ({
      key: said.key ?? '',
      operator: said.operator ?? (said.value === undefined ? 'Exists' : 'Equal'),
      value: said.value ?? '',
      effect: said.effect ?? '',
      seconds: said.seconds ?? null
    }))
    .refine(({ key, operator }) => key !== '' || operator === 'Exists', {
      error: 'needs a key unless its operator is "Exists"'
    })
    .refine(({ value, operator }) => value === '' || operator === 'Equal', {
      error: 'has a value, which the operator "Exists" does not take'
    }),
  { error: 'must be a list of {"key", "operator", "value", "effect", "seconds"}' }
);

export const TimeoutSeconds = seconds.positive({ error: 'must be more than 0' });

/** What the fields of a cell hold. */
export interface CellFields {
  readonly description: string | null;
  readonly requests: Record<string, string>;
  readonly environment: Record<string, string>;
  readonly retries: z.output<typeof RetriesField> | null;
  readonly timeoutSeconds: number | null;
  readonly nodeSelector: Record<string, string>;
  readonly tolerations: z.output<typeof Tolerations>;
}

/** So many faults of one field are told. */
const MOST_ISSUES = 10;

/** Collects what is wrong with the fields of one notebook or cell while they are read one by one. */
export class FieldReader {
  readonly diagnostics: Diagnostic[] = [];

  /**
   * The field's value as `schema` gives it, or `fallback` where the field is missing, null or invalid. What is
   * wrong with it is reported by its name, each with fixes that repair it and leave the rest of the field.
   */
  read<T>(value: Json | undefined, schema: z.ZodType<T>, fallback: T, place: FieldPlace): T {
    if (value === undefined || value === null) return fallback;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const told = new Set<string>();
    for (const issue of result.error.issues.slice(0, MOST_ISSUES)) {
      const { path, message } = issue;
      const fixes = repairs(value, schema, issue, place);
      // Of several that only go together the first is enough.
      const repair = JSON.stringify(fixes);
      if (told.has(repair)) continue;
      told.add(repair);
      const name = [...place.path, ...path.map(String)].join('.');
      this.report(name, asRestOfSentence(message), place.cell, fixes);
    }
    return fallback;
  }

  /** The object at `key`, or an empty one; anything else than an object is reported. */
  object(metadata: JsonObject, key: string, cell: number | null): JsonObject {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    if (value === undefined || value === null) return {};
    if (isJsonObject(value)) return value;
    this.invalid(key, 'must be an object', { cell, path: [key] });
    return {};
  }

  /** Reports the field `name` as unusable, with a fix that removes what is wrong and no more. */
  invalid(name: string, message: string, { cell, path, rest }: FieldPlace): void {
    const field = path.join('.');
    const title =
      rest === undefined ? `Remove the field "${field}"` : `Remove this entry of "${field}"`;
    const edits: NotebookEdit[] = [
      { kind: 'set-metadata', cell, path: [...path], value: rest ?? null }
    ];
    this.report(name, message, cell, [{ title, edits }]);
  }

  private report(name: string, message: string, cell: number | null, fixes: readonly Fix[]): void {
    this.diagnostics.push(
      diagnostic(
        'error',
        'invalid-field',
        `The metadata field "${name}" ${message}. It is not used until it is repaired.`,
        { cell, fixes: [...fixes] }
      )
    );
  }
}

/** Zod's own words, where a schema has none of ours, begin a sentence. */
function asRestOfSentence(message: string): string {
  return /^[A-Z]/.test(message)
    ? `has an ${message[0]!.toLowerCase()}${message.slice(1)}`
    : message;
}

export { isJsonObject, type FieldPlace };

const NO_FIELDS: CellFields = {
  description: null,
  requests: {},
  environment: {},
  retries: null,
  timeoutSeconds: null,
  nodeSelector: {},
  tolerations: []
};

/** Reads a cell's own fields from its metadata; unknown keys are somebody else's. */
export function readCellFields(
  metadata: JsonObject,
  cell: number | null
): { fields: CellFields; diagnostics: Diagnostic[] } {
  if (metadata[CHARD_KEY] === undefined) return { fields: NO_FIELDS, diagnostics: [] };
  const reader = new FieldReader();
  const chard = reader.object(metadata, CHARD_KEY, cell);
  const at = (field: CellField) => ({ cell, path: [CHARD_KEY, field] });
  const fields: CellFields = {
    description: reader.read<string | null>(chard.description, text, null, at('description')),
    requests: reader.read(chard.requests, Quantities, {}, at('requests')),
    environment: reader.read(chard.environment, Environment, {}, at('environment')),
    retries: reader.read<CellFields['retries']>(chard.retries, RetriesField, null, at('retries')),
    timeoutSeconds: reader.read<number | null>(
      chard.timeoutSeconds,
      TimeoutSeconds,
      null,
      at('timeoutSeconds')
    ),
    nodeSelector: reader.read(chard.nodeSelector, NodeSelector, {}, at('nodeSelector')),
    tolerations: reader.read(chard.tolerations, Tolerations, [], at('tolerations'))
  };
  return { fields, diagnostics: reader.diagnostics };
}
