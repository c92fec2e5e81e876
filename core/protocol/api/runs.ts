import { z } from 'zod';
import { Diagnostic } from '../../diagnostics';
import { Pipeline } from '../../pipeline/model';
import { MetricValue, RunPhase } from '../../run/events';
import { SnapshotId } from '../../snapshot';
import { RunSnapshot } from '../../run/snapshot';
import {
  Nothing,
  WireFlag,
  WireInt,
  wireList,
  type BytesEndpoint,
  type JsonEndpoint
} from './endpoint';
import { NotebookPath, ParameterValues } from './notebooks';

export const RunId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
export const RunParams = z.strictObject({ run: RunId });

/** A run as lists show it. */
export const RunItem = z.object({
  id: RunId,
  /** Counts the runs of its notebook from 1; no other run ever gets the same. */
  number: z.int().min(1),
  /** What a person has called it. */
  title: z.string().nullable(),
  pipeline: z.string(),
  /** Below Jupyter's root, as it was called when the run began. */
  notebook: z.string(),
  state: RunPhase,
  /** A cancel was asked for and has not ended the run yet. */
  cancelling: z.boolean(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
  parameters: z.record(z.string(), z.json()),
  /** What the metrics cells have reported. */
  metrics: z.record(z.string(), MetricValue),
  /** The step that a failed run failed in. */
  failedStep: z.string().nullable(),
  /** The trial that it is, of an experiment that is kept; null for a run that a person started. */
  trial: z.object({ experiment: z.string(), number: z.int().min(1) }).nullable()
});
export type RunItem = z.infer<typeof RunItem>;

/** What a run is found by. */
export function runTexts({
  id,
  number,
  title,
  pipeline,
  notebook,
  parameters
}: Pick<RunItem, 'id' | 'number' | 'title' | 'pipeline' | 'notebook' | 'parameters'>): string[] {
  const values = Object.entries(parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
  );
  return [id, `run ${number}`, title ?? '', pipeline, notebook, ...values];
}

/** Newest first. Runs of notebooks outside of Jupyter's root are not there, neither here nor by id. */
export const listRuns = {
  kind: 'json',
  method: 'GET',
  path: '/runs',
  status: 200,
  params: Nothing,
  query: z.strictObject({
    notebook: NotebookPath.optional(),
    state: wireList(RunPhase).optional(),
    /** Only the trials of this experiment. */
    experiment: z.string().max(128).optional(),
    /** Whether trials of experiments are among them. */
    trials: WireFlag.default(true),
    /**
     * Part of the id, `run 13`, the title, the pipeline's name, the notebook's path, or a parameter as `name=value`; case does
     * not count.
     */
    text: z.string().max(256).optional(),
    /** Those older than this run: `next` of the page before. */
    before: RunId.optional(),
    limit: WireInt.min(1).max(500).default(50)
  }),
  body: Nothing,
  answer: z.object({
    runs: z.array(RunItem),
    /** What `before` takes for the next page; null on the last. */
    next: RunId.nullable()
  })
} as const satisfies JsonEndpoint;

export const StartOptions = z.strictObject({
  /** Whether earlier results may stand for steps. */
  cache: z.boolean().default(true),
  /** Run this step and those below. */
  from: z.string().nullable().default(null),
  /** Run this step alone. */
  only: z.string().nullable().default(null),
  /** The run that `from` and `only` take from; else the latest results that hold. */
  base: RunId.nullable().default(null),
  /** At most so many of its steps side by side; null for as many as the machine can. */
  parallel: z.int().min(1).max(1024).nullable().default(null),
  /** The snapshot to work on (`takeSnapshotOf`); null: in the notebook's folder itself. */
  snapshot: SnapshotId.nullable().default(null),
  /** Bytes up to which files are copied for the run where they cannot be shared; null for the usual. */
  copyLimit: z.number().min(0).nullable().default(null)
});

/**
 * Starts a run of the notebook as it is saved. 422 with the diagnostics where it has errors; `missing-results` (409)
 * where `from` or `only` find nothing to take.
 */
export const startRun = {
  kind: 'json',
  method: 'POST',
  path: '/runs',
  status: 201,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({
    path: NotebookPath,
    parameters: ParameterValues.default({}),
    options: StartOptions.prefault({})
  }),
  answer: z.object({ run: RunItem, diagnostics: z.array(Diagnostic) })
} as const satisfies JsonEndpoint;

/**
 * A run with its state; the stream of its events goes on after `snapshot.seq`. `broken`: why the server gave it up without being able
 * to write so into its log; the state is the last one known.
 */
export const getRun = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({
    run: RunItem,
    snapshot: RunSnapshot,
    broken: z.object({ code: z.string(), message: z.string() }).nullable()
  })
} as const satisfies JsonEndpoint;

/** The pipeline that the run executes, parameters bound: its graph, and the code of each step as it ran. */
export const getRunPipeline = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/pipeline',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ pipeline: Pipeline })
} as const satisfies JsonEndpoint;

export const RunEnvironment = z.object({
  executable: z.string(),
  version: z.string(),
  implementation: z.string(),
  platform: z.string(),
  /** Distribution name to version. */
  packages: z.record(z.string(), z.string())
});
export type RunEnvironment = z.infer<typeof RunEnvironment>;

export const getRunEnvironment = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/environment',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ environment: RunEnvironment })
} as const satisfies JsonEndpoint;

/** The notebook, byte for byte as it was when the run began. */
export const getRunNotebook = {
  kind: 'bytes',
  method: 'GET',
  path: '/runs/:run/notebook',
  params: RunParams,
  query: Nothing,
  mediaType: 'application/x-ipynb+json'
} as const satisfies BytesEndpoint;

/** Asks whichever process executes the run to end it; of a run that is over it changes nothing. */
export const cancelRun = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/cancel',
  status: 202,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ run: RunItem })
} as const satisfies JsonEndpoint;

/** Goes on with an interrupted, failed or cancelled run; what succeeded is kept. `run-complete`, `run-owned`: 409. */
export const retryRun = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/retry',
  status: 202,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ run: RunItem })
} as const satisfies JsonEndpoint;

/** Gives a run a title, or with null takes it away. */
export const renameRun = {
  kind: 'json',
  method: 'PATCH',
  path: '/runs/:run',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: z.strictObject({ title: z.string().trim().min(1).max(200).nullable() }),
  answer: z.object({ run: RunItem })
} as const satisfies JsonEndpoint;

/** What deleting these runs together would free: what another run needs, too, is not counted. */
export const measureRuns = {
  kind: 'json',
  method: 'POST',
  path: '/runs/measure',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ runs: z.array(RunId).min(1).max(1000) }),
  answer: z.object({ files: z.int(), bytes: z.number() })
} as const satisfies JsonEndpoint;

export const Freed = z.object({
  files: z.int(),
  bytes: z.number(),
  /** Another run is going on: the files go with the next deletion after it. */
  postponed: z.boolean()
});
export type Freed = z.infer<typeof Freed>;

/** Removes a run, its log, and what only it needs. `run-active` (409) while it goes on. */
export const deleteRun = {
  kind: 'json',
  method: 'DELETE',
  path: '/runs/:run',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ id: RunId, freed: Freed })
} as const satisfies JsonEndpoint;
