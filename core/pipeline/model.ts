import { z } from 'zod';

export { METRICS_STEP } from './metricsStep';

/**
 * The pipeline: plain JSON, the same for every engine. `chard graph` prints it; the JSON Schema made from here
 * is published in schema/pipeline.schema.json.
 */
export const PIPELINE_SCHEMA_VERSION = '1';

const Name = z.string().min(1);
const CellIndex = z.int().min(0);

export const ParameterType = z.enum(['int', 'float', 'str', 'bool', 'none', 'list', 'dict']);
export type ParameterType = z.infer<typeof ParameterType>;

/** Where in a cell's source something stands: UTF-16 offsets, as JavaScript strings count. */
export const SourceSpan = z.object({ cell: CellIndex, start: z.int(), end: z.int() });

export const Parameter = z.object({
  name: Name,
  type: ParameterType,
  /** Integers beyond 2^53 are decimal strings; `nan`, `inf`, `-inf` are those strings. */
  default: z.json(),
  /** The literal in the parameters cell, which another value replaces for a run. */
  literal: SourceSpan
});
export type Parameter = z.infer<typeof Parameter>;

/** One number that the metrics cells report: `expression` is evaluated after they ran. */
export const Metric = z.object({ name: Name, expression: z.string().min(1), cell: CellIndex });
export type Metric = z.infer<typeof Metric>;

export const PrologueCell = z.object({
  cell: CellIndex,
  kind: z.enum(['imports', 'parameters', 'functions']),
  source: z.string()
});
export type PrologueCell = z.infer<typeof PrologueCell>;

export const CodeCell = z.object({ cell: CellIndex, source: z.string() });
export type CodeCell = z.infer<typeof CodeCell>;

/** An edge. `declared` by a `prev:` tag or derived from data; `names` flow along it (none: order only). */
export const Dependency = z.object({ step: Name, declared: z.boolean(), names: z.array(Name) });
export type Dependency = z.infer<typeof Dependency>;

/**
 * A name that a step takes. `from` is its provider, the last ancestor that has it. Where unordered ancestors may
 * each have changed it, `candidates` lists them all (notebook order, `from` among them); the engine
 * compares contents and takes the changed one.
 */
export const Input = z.object({ name: Name, from: Name, candidates: z.array(Name).min(1) });
export type Input = z.infer<typeof Input>;

/** Resource name to Kubernetes quantity, for example `{"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"}`. */
const Quantities = z.record(z.string(), z.string());

export const Retries = z.object({
  /** Tries after the first. */
  count: z.int().min(0),
  backoffSeconds: z.number().min(0),
  backoffFactor: z.number().min(1),
  maxBackoffSeconds: z.number().min(0)
});
export type Retries = z.infer<typeof Retries>;

export const SecretReference = z.object({ secret: Name, key: Name, env: Name });
export type SecretReference = z.infer<typeof SecretReference>;

/** A taint of nodes that a step puts up with, in Kubernetes' words; an empty key or effect stands for every one. */
export const Toleration = z.object({
  key: z.string(),
  operator: z.enum(['Exists', 'Equal']),
  value: z.string(),
  effect: z.enum(['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  seconds: z.int().nullable()
});
export type Toleration = z.infer<typeof Toleration>;

/** The user that steps run as, where the cluster's default does not do. */
export const SecurityContext = z.object({
  runAsUser: z.int().min(0).nullable(),
  runAsGroup: z.int().min(0).nullable(),
  runAsNonRoot: z.boolean().nullable()
});
export type SecurityContext = z.infer<typeof SecurityContext>;

export const StepSettings = z.object({
  image: z.string().nullable(),
  limits: Quantities,
  requests: Quantities,
  retries: Retries.nullable(),
  timeoutSeconds: z.number().positive().nullable(),
  cache: z.boolean(),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(SecretReference),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  /** Labels that the step's node must have. */
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(Toleration).default([])
});
export type StepSettings = z.infer<typeof StepSettings>;

export const Step = z.object({
  name: Name,
  /** Indexes over all cells of the notebook. */
  cells: z.array(CellIndex),
  code: z.array(CodeCell),
  /** Direct dependencies in notebook order. */
  after: z.array(Dependency),
  inputs: z.array(Input),
  /** Names that steps below take from here. A name only passed on is not among them. */
  outputs: z.array(Name),
  /** Names the step binds or may change, needed below or not: what it leaves. */
  leaves: z.array(Name),
  /** Imports of earlier steps that are run again before this one's cells. */
  imports: z.array(z.object({ name: Name, statement: z.string() })),
  /** Pipeline parameters that the step, or a function it takes, reads. */
  parameters: z.array(Name),
  /** Local modules that the prologue's and the step's imports reach, as paths relative to the notebook. */
  modules: z.array(z.string()),
  settings: StepSettings,
  /** Changes exactly when the meaning of the step's own code may have changed; inputs are not part of it. */
  fingerprint: z.string()
});
export type Step = z.infer<typeof Step>;

export const Volume = z.object({
  name: Name,
  type: z.enum(['pv', 'pvc', 'new_pvc', 'clone']),
  mountPoint: z.string(),
  size: z.string().nullable(),
  storageClassName: z.string().nullable(),
  accessMode: z.string().nullable(),
  snapshot: z.boolean(),
  snapshotName: z.string().nullable(),
  readOnly: z.boolean(),
  subPath: z.string().nullable(),
  annotations: z.record(z.string(), z.string()),
  /** Where its files are on a machine without a cluster, from the notebook's folder; null: at the mount point. */
  folder: z.string().nullable().default(null)
});
export type Volume = z.infer<typeof Volume>;

export const LocalModule = z.object({
  /** Relative to the notebook's folder, with `/`. */
  path: z.string(),
  /** Dotted module name. */
  name: z.string(),
  /** SHA-256 of its bytes, hex. */
  digest: z.string()
});
export type LocalModule = z.infer<typeof LocalModule>;

export const Pipeline = z.object({
  schemaVersion: z.literal(PIPELINE_SCHEMA_VERSION),
  name: Name,
  description: z.string(),
  experiment: z.string().nullable(),
  /** Kernelspec name that runs it; null where the notebook names none. */
  kernel: z.string().nullable(),
  parameters: z.array(Parameter),
  metrics: z.array(Metric),
  prologue: z.array(PrologueCell),
  /** In notebook order (by first cell), which is also a topological order. */
  steps: z.array(Step),
  /** The implicit last step made of the metrics cells, named `@metrics`. */
  metricsStep: Step.nullable(),
  volumes: z.array(Volume),
  /** Whether a snapshot is taken before a run; null: the notebook does not say. */
  snapshotVolumes: z.boolean().nullable().default(null),
  /** For the whole run. */
  timeoutSeconds: z.number().positive().nullable().default(null),
  securityContext: SecurityContext.nullable().default(null),
  modules: z.array(LocalModule)
});
export type Pipeline = z.infer<typeof Pipeline>;
