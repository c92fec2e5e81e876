import type { z } from 'zod';
import type { NotebookEdit } from '../diagnostics';
import type { Json, JsonObject, Notebook } from '../notebook';
import { CHARD_KEY, FieldReader, isJsonObject, TUNING_KEY } from '../notebook/fields';
import { KALE_KEY } from '../notebook/settings';
import {
  KatibAlgorithm,
  KatibObjective,
  KatibParameters,
  printKatibAlgorithm,
  printKatibObjective,
  printKatibParameter
} from './katibForm';
import { ExperimentSpec, type TrialCounts } from './model';
import type { ExperimentDiagnostic, ExperimentProblem } from './problems';

/**
 * Where an experiment stands in a notebook: each field of `ExperimentSpec` is a key of `chard.tuning`. What Kale can say,
 * and a notebook says in its `katib_metadata`, is read from there and written there. Whether the notebook is tuned at all
 * is the setting `katibRun`.
 */

export type ExperimentField = keyof ExperimentSpec;

/** Kale's, which are Katib's, and where Chard's own copy of them may stand. */
const KATIB_PLACES = [
  [CHARD_KEY, 'katib'],
  [KALE_KEY, 'katib_metadata']
] as const;

const KATIB_SCHEMAS: { readonly [Field in ExperimentField]?: z.ZodType<ExperimentSpec[Field]> } = {
  parameters: KatibParameters,
  objective: KatibObjective,
  algorithm: KatibAlgorithm,
  maxTrialCount: ExperimentSpec.shape.maxTrialCount,
  parallelTrialCount: ExperimentSpec.shape.parallelTrialCount,
  maxFailedTrialCount: ExperimentSpec.shape.maxFailedTrialCount
};

export interface ExperimentReading {
  /** With the defaults of what is not said, or cannot be used. */
  readonly spec: ExperimentSpec;
  /** The fields that the notebook says. */
  readonly said: ReadonlySet<ExperimentField>;
  /** What cannot be used, at its field. What makes no sense is `checkExperiment`'s to say. */
  readonly diagnostics: ExperimentDiagnostic[];
}

/** An experiment in which nothing is said yet: Kale's counts, and a sampler that learns from the trials. */
export function defaultExperiment(name: string): ExperimentSpec {
  return {
    name,
    parameters: [],
    objective: {
      type: 'minimize',
      metric: '',
      goal: null,
      additionalMetrics: [],
      strategies: {}
    },
    algorithm: { name: 'tpe', settings: {} },
    earlyStopping: null,
    maxTrialCount: 12,
    parallelTrialCount: 3,
    maxFailedTrialCount: 3,
    resumePolicy: 'LongRunning',
    seed: null,
    trialTimeoutSeconds: null
  };
}

/** Reads the experiment that a notebook describes. `name` is the experiment's where the notebook gives it none. */
export function readExperiment({ metadata }: Notebook, name: string): ExperimentReading {
  const reader = new FieldReader();
  const diagnostics: ExperimentDiagnostic[] = [];
  const said = new Set<ExperimentField>();
  /** Takes what the reader has found since. */
  const note = (...field: string[]): void => {
    const found = reader.diagnostics.splice(0);
    diagnostics.push(...found.map(item => ({ ...item, field })));
  };
  const chard = reader.object(metadata, CHARD_KEY, null);
  const own = isSaid(chard[TUNING_KEY]) ? chard[TUNING_KEY] : {};
  if (!isJsonObject(own)) {
    reader.invalid(`${CHARD_KEY}.${TUNING_KEY}`, 'must be an object', {
      cell: null,
      path: [CHARD_KEY, TUNING_KEY]
    });
  }
  note();
  const read: ReadField = (field, fallback) => {
    const place = placesOf(metadata, field)[0];
    if (place === undefined) return fallback;
    said.add(field);
    const schema = (
      place[1] === TUNING_KEY ? ExperimentSpec.shape[field] : KATIB_SCHEMAS[field]
    ) as z.ZodType<typeof fallback>;
    const value = reader.read(valueAt(metadata, place), schema, fallback, {
      cell: null,
      path: place
    });
    note(field);
    return value;
  };
  const otherwise = defaultExperiment(name);
  const spec: ExperimentSpec = {
    name: read('name', otherwise.name),
    parameters: read('parameters', otherwise.parameters),
    objective: read('objective', otherwise.objective),
    algorithm: read('algorithm', otherwise.algorithm),
    earlyStopping: read('earlyStopping', otherwise.earlyStopping),
    ...fittingCounts(read, said, otherwise),
    resumePolicy: read('resumePolicy', otherwise.resumePolicy),
    seed: read('seed', otherwise.seed),
    trialTimeoutSeconds: read('trialTimeoutSeconds', otherwise.trialTimeoutSeconds)
  };
  return { spec, said, diagnostics };
}

/** Those of an experiment's problems that do not come from what the notebook says and cannot be used. */
export function besidesUnread(
  problems: readonly ExperimentProblem[],
  { diagnostics }: Pick<ExperimentReading, 'diagnostics'>
): ExperimentProblem[] {
  const isAllUnread = diagnostics.some(({ field }) => field.length === 0);
  const unread = new Set(diagnostics.map(({ field }) => field[0]));
  return problems.filter(({ field }) => !isAllUnread && !unread.has(field[0]));
}

type ReadField = <Field extends ExperimentField>(
  field: Field,
  fallback: ExperimentSpec[Field]
) => ExperimentSpec[Field];

/** The counts; those that nobody said go together with those that are said. */
function fittingCounts(
  read: ReadField,
  said: ReadonlySet<ExperimentField>,
  otherwise: TrialCounts
): TrialCounts {
  const maxTrialCount = read('maxTrialCount', otherwise.maxTrialCount);
  const most = Math.max(1, maxTrialCount);
  const isMaxSaid = said.has('maxTrialCount');
  const parallelTrialCount = read(
    'parallelTrialCount',
    Math.min(otherwise.parallelTrialCount, most)
  );
  const maxFailedTrialCount = read(
    'maxFailedTrialCount',
    Math.min(otherwise.maxFailedTrialCount, most)
  );
  return {
    maxTrialCount: isMaxSaid
      ? maxTrialCount
      : Math.max(maxTrialCount, parallelTrialCount, maxFailedTrialCount),
    parallelTrialCount,
    maxFailedTrialCount
  };
}

/**
 * The edits that set fields of the notebook's experiment, one key of the metadata each: where the notebook has the field,
 * else under `chard.tuning`. A field that is null is taken away.
 */
export function editsToSetExperiment(
  notebook: Notebook,
  change: Partial<ExperimentSpec>
): NotebookEdit[] {
  return (Object.keys(change) as ExperimentField[]).flatMap(field => {
    const value = change[field];
    if (value === undefined) return [];
    const places = placesOf(notebook.metadata, field);
    const paths = places.length > 0 || value === null ? places : [[CHARD_KEY, TUNING_KEY, field]];
    return paths.map((path): NotebookEdit => ({
      kind: 'set-metadata',
      cell: null,
      path,
      value: value === null ? null : printField(field, change, notebook.metadata, path)
    }));
  });
}

/** Every place that says a field; ours, which holds, first. */
function placesOf(metadata: JsonObject, field: ExperimentField): string[][] {
  const places: string[][] = [[CHARD_KEY, TUNING_KEY, field]];
  if (KATIB_SCHEMAS[field] !== undefined) {
    places.push(...KATIB_PLACES.map(place => [...place, field]));
  }
  return places.filter(place => isSaid(valueAt(metadata, place)));
}

function printField(
  field: ExperimentField,
  spec: Partial<ExperimentSpec>,
  metadata: JsonObject,
  path: readonly string[]
): Json {
  if (path[1] === TUNING_KEY) return compact(spec[field] as Json);
  switch (field) {
    case 'parameters':
      return spec.parameters!.map(parameter => printKatibParameter(parameter) as unknown as Json);
    case 'objective':
      return keepOthers(metadata, path, printKatibObjective(spec.objective!), OBJECTIVE_KEYS);
    case 'algorithm':
      return keepOthers(metadata, path, printKatibAlgorithm(spec.algorithm!), ALGORITHM_KEYS);
    default:
      return spec[field] as Json;
  }
}

const OBJECTIVE_KEYS = [
  'type',
  'goal',
  'objectiveMetricName',
  'additionalMetricNames',
  'metricStrategies'
];
const ALGORITHM_KEYS = ['algorithmName', 'algorithmSettings'];

/** What stood there and is nobody's here stays. */
function keepOthers(
  metadata: JsonObject,
  path: readonly string[],
  printed: object,
  known: readonly string[]
): Json {
  const old = valueAt(metadata, path);
  const others = isJsonObject(old)
    ? Object.entries(old).filter(([key]) => !known.includes(key))
    : [];
  return { ...(printed as JsonObject), ...Object.fromEntries(others) };
}

/** Without what goes without saying: null, empty lists and objects, and the distribution that is the usual one. */
function compact(value: Json): Json {
  if (Array.isArray(value)) return value.map(compact);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, each]) => !(key === 'distribution' && each === 'uniform') && isMeant(key, each)
      )
      .map(([key, each]) => [key, key === 'list' ? each : compact(each)])
  );
}

/** A list of choices is meant even while it is empty. */
function isMeant(key: string, value: Json): boolean {
  if (key === 'list') return true;
  return value !== null && (typeof value !== 'object' || Object.keys(value).length > 0);
}

function valueAt(metadata: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = metadata;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isSaid(value: Json | undefined): value is Json {
  return value !== undefined && value !== null;
}
