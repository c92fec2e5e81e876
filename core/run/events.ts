import { z } from 'zod';

/** What a run or a step is in. `cached` is a flag of `succeeded`, not a state. */
export const RunPhase = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'interrupted'
]);
export type RunPhase = z.infer<typeof RunPhase>;

/**
 * Where a run's steps work. `overlay`: each step over the snapshot, in the folder's place, what it writes apart; `reflink` and `copy`: in a
 * folder of the run's own that shares its blocks with the snapshot, or is a copy; `live`: in the notebook's folder itself.
 */
export const WorkspaceWay = z.enum(['overlay', 'reflink', 'copy', 'live']);
export type WorkspaceWay = z.infer<typeof WorkspaceWay>;

/** How the steps of a run get a volume. */
export const VolumeUse = z.object({
  name: z.string(),
  /** Absolute path of its folder. */
  path: z.string(),
  /** As the run's snapshot has it; else as it is while the step runs. */
  frozen: z.boolean(),
  /** No step can write to it. */
  readOnly: z.boolean(),
  /** In words, why it is so. */
  why: z.string()
});
export type VolumeUse = z.infer<typeof VolumeUse>;

/** A metric is a number; JSON has no word for the three that are not finite. */
export const MetricValue = z.union([z.number(), z.enum(['nan', 'inf', '-inf'])]);
export type MetricValue = z.infer<typeof MetricValue>;

/** Why a step or a run failed, as a person reads it. `cell` counts from 0, `line` from 1 within the cell. */
export const StepError = z.object({
  /** Stable code: `exception`, `timeout`, `killed`, `out-of-memory`, `exited`, `unpicklable`, `conflict`, ... */
  code: z.string(),
  /** The exception's class, or a short word where there is none. */
  type: z.string(),
  message: z.string(),
  cell: z.int().nullable(),
  line: z.int().nullable(),
  /** Lines as IPython prints them, without colours, cells and lines as the person wrote them. */
  traceback: z.array(z.string())
});
export type StepError = z.infer<typeof StepError>;

/**
 * One name as a step left it. `origin` is the step whose code last changed it (passing it on keeps the origin);
 * with `digest` it is the name's version. Names that share a mutable object have one `group`.
 */
export const StoredValue = z.object({
  name: z.string(),
  origin: z.string(),
  digest: z.string(),
  /** Content address of the file that holds the group; null where the value was not kept. */
  group: z.string().nullable(),
  bytes: z.number(),
  type: z.string(),
  repr: z.string(),
  /** Of arrays and frames in each dimension, of containers their length; not there for all else. */
  shape: z.array(z.int()).optional(),
  /** Names of the notebook that functions inside the value read. */
  globals: z.array(z.string()),
  /** Why it was not kept; null where it was. */
  refused: z.string().nullable()
});
export type StoredValue = z.infer<typeof StoredValue>;

export const Resources = z.object({
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  peakMemoryBytes: z.number()
});
export type Resources = z.infer<typeof Resources>;

/** The snapshot that a run works on. */
export const RunSnapshotUse = z.object({
  id: z.string(),
  /** The name under which it has the notebook's folder. */
  source: z.string(),
  /** Of that folder. */
  files: z.int(),
  bytes: z.number(),
  /** Bytes up to which files may be copied to make a place for the steps. */
  copyLimit: z.number(),
  /** Whether what steps write is brought to the notebook's folder. */
  brings: z.boolean()
});
export type RunSnapshotUse = z.infer<typeof RunSnapshotUse>;

const step = { step: z.string() };
const attempt = { ...step, attempt: z.int().min(1) };
const at = { ...attempt, cell: z.int().nullable() };

/** What happened, without its place in the log. Append only: new kinds may come, no kind changes its meaning. */
export const RunEventBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-created'),
    run: z.string(),
    pipeline: z.string(),
    notebook: z.object({ path: z.string(), sha256: z.string() }),
    parameters: z.record(z.string(), z.json()),
    options: z.object({
      cache: z.boolean(),
      from: z.string().nullable(),
      only: z.string().nullable(),
      base: z.string().nullable(),
      /** At most so many steps side by side; absent or null: as many as the machine can. */
      parallel: z.int().nullable().optional()
    }),
    /** Absent or null: the run works on the notebook's folder as it is. */
    snapshot: RunSnapshotUse.nullable().optional(),
    /** Topological, ties by first cell; the metrics step last. */
    steps: z.array(
      z.object({ name: z.string(), cells: z.array(z.int()), after: z.array(z.string()) })
    )
  }),
  z.object({ type: z.literal('run-started'), pid: z.int() }),
  z.object({ type: z.literal('run-resumed'), pid: z.int() }),
  z.object({ type: z.literal('run-interrupted'), message: z.string() }),
  z.object({
    type: z.literal('run-cancelling'),
    /** In words, where it was not a person's wish. */
    why: z.string().optional()
  }),
  /** Where the steps that are executed work; before the first of them. */
  z.object({
    type: z.literal('workspace'),
    way: WorkspaceWay,
    why: z.string(),
    /** Absent: nothing is known of volumes. */
    volumes: z.array(VolumeUse).optional()
  }),
  z.object({
    type: z.literal('run-finished'),
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    error: StepError.extend({ step: z.string().nullable() }).nullable()
  }),
  /** Steps wait for the process that they are forked from: it imports what the notebook imports. */
  z.object({ type: z.literal('run-preparing'), modules: z.array(z.string()) }),
  z.object({ type: z.literal('step-started'), ...attempt, pid: z.int() }),
  z.object({ type: z.literal('cell-started'), ...attempt, cell: z.int() }),
  z.object({ type: z.literal('cell-finished'), ...attempt, cell: z.int(), ok: z.boolean() }),
  z.object({
    type: z.literal('output'),
    ...at,
    stream: z.enum(['stdout', 'stderr']),
    text: z.string()
  }),
  /** Text left out by the step's log limit. */
  z.object({
    type: z.literal('output-dropped'),
    ...attempt,
    stream: z.enum(['stdout', 'stderr']),
    bytes: z.int()
  }),
  z.object({
    type: z.literal('display'),
    ...at,
    /** `result` is a cell's last expression (execute_result), `display` all else. */
    kind: z.enum(['display', 'result']),
    data: z.record(z.string(), z.json()),
    metadata: z.record(z.string(), z.json()),
    displayId: z.string().nullable(),
    update: z.boolean()
  }),
  z.object({
    type: z.literal('metric'),
    ...attempt,
    name: z.string(),
    value: MetricValue,
    /** The x of a curve (`log_metric(..., step=)`); null for a single number. */
    at: z.number().nullable()
  }),
  z.object({
    type: z.literal('warning'),
    step: z.string().nullable(),
    code: z.string(),
    message: z.string(),
    cell: z.int().nullable()
  }),
  z.object({
    type: z.literal('step-retrying'),
    ...attempt,
    delaySeconds: z.number(),
    error: StepError
  }),
  z.object({
    type: z.literal('step-finished'),
    ...attempt,
    state: z.enum(['succeeded', 'failed', 'cancelled', 'skipped', 'interrupted']),
    cached: z.boolean(),
    /** Why it was or was not reused, why it was skipped, in words. */
    why: z.string(),
    /** Run whose result was reused. */
    reusedFrom: z.string().nullable(),
    values: z.array(StoredValue),
    error: StepError.nullable(),
    resources: Resources.nullable(),
    /** The snapshot that the step saw when it was executed, be it in another run; absent or null: none. */
    snapshot: z.string().nullable().optional()
  })
]);
export type RunEventBody = z.infer<typeof RunEventBody>;

/** An event in a run's log: `seq` counts from 1 without gaps, `time` is milliseconds since 1970. */
export const RunEvent = z.intersection(
  z.object({ seq: z.int().min(1), time: z.number() }),
  RunEventBody
);
export type RunEvent = z.infer<typeof RunEvent>;
