import { z } from 'zod';
import { Metric, PrologueCell, CodeCell } from '../pipeline/model';
import { MetricValue, Resources, StepError } from '../run/events';

/**
 * What an engine and the runner (the Python that executes a step) say to each other: JSON, one message a line.
 * A runner refuses a spec of another version.
 */
export const RUNNER_PROTOCOL = 1;

/** A stored group to be read: `names` are bound from the file. Reserved names (`@random`, ...) are hidden state. */
export const GroupReference = z.object({
  /** Content address; the file is `<store>/<group>`. */
  group: z.string(),
  names: z.array(z.string()).min(1)
});
export type GroupReference = z.infer<typeof GroupReference>;

/**
 * What a step sees where the notebook's folder or a volume is, instead of the folder: layers that are only read, and above them one that
 * takes what it writes. Linux only.
 */
export const Overlay = z.object({
  /** Absolute. */
  folder: z.string(),
  /** Absolute path of where layers, `upper` and `work` are, which are named from here. */
  home: z.string(),
  /** The uppermost first; at least one. */
  layers: z.array(z.string()).min(1),
  /** An empty folder. */
  upper: z.string(),
  /** An empty folder beside it, for the kernel. */
  work: z.string(),
  /** Paths in the folder that are there as they are, to be read and written; the layers must have something in their place. */
  shared: z.array(z.string()),
  /** Paths that the layers have and the step must not find. */
  absent: z.array(z.string()),
  /** Absolute paths that the step can read and not write. */
  protected: z.array(z.string())
});
export type Overlay = z.infer<typeof Overlay>;

/** A folder that a step can read and not write to. Linux only. */
export const Mount = z.object({
  /** Absolute. */
  folder: z.string(),
  /** Absolute path of what the step sees there; null for what is there. */
  source: z.string().nullable()
});
export type Mount = z.infer<typeof Mount>;

/** All that a runner needs to execute one step. */
export const StepSpec = z.object({
  protocol: z.literal(RUNNER_PROTOCOL),
  run: z.string(),
  step: z.string(),
  attempt: z.int().min(1),
  /** The notebook's file name, for tracebacks. */
  notebook: z.string(),
  /** Where the step starts: the notebook's folder. */
  directory: z.string(),
  /** None: the step works in the folders themselves. */
  overlays: z.array(Overlay),
  /** Made after the overlays, in this order. */
  mounts: z.array(Mount),
  prologue: z.array(PrologueCell),
  imports: z.array(z.object({ name: z.string(), statement: z.string() })),
  cells: z.array(CodeCell),
  metrics: z.array(Metric),
  /** Groups of the inputs, bound over what the prologue made; of a group only the listed names are bound. */
  inputs: z.array(GroupReference),
  /** Names that steps below need: one that cannot be kept fails the step. */
  outputs: z.array(z.string()),
  /** Further names to keep if they can be and are smaller than `keepBytes` together. */
  leaves: z.array(z.string()),
  keepBytes: z.int(),
  /** Folder of the stored groups; the runner writes into it. */
  store: z.string(),
  /** Set in the process before anything of the person's runs. */
  environment: z.record(z.string(), z.string()),
  /** Names of environment variables whose values must never be stored. */
  secretNames: z.array(z.string()),
  /** Output text (stdout and stderr each) beyond these bytes is counted, not sent. */
  outputLimitBytes: z.int()
});
export type StepSpec = z.infer<typeof StepSpec>;

/**
 * One name as the runner left it. `unchanged`: content equals what came in, so the provider's version passes on. A name
 * that was asked for or came in and is not bound in the end has neither `digest` nor `type`.
 */
export const RunnerValue = z.object({
  name: z.string(),
  digest: z.string(),
  group: z.string().nullable(),
  bytes: z.number(),
  type: z.string(),
  repr: z.string(),
  /** Of arrays and frames in each dimension, of containers their length; not there for all else. */
  shape: z.array(z.int()).optional(),
  globals: z.array(z.string()),
  refused: z.string().nullable(),
  unchanged: z.boolean()
});
export type RunnerValue = z.infer<typeof RunnerValue>;

/** Files that a step touched, as far as Python's audit hook saw: absolute paths. */
export const TouchedFiles = z.object({
  read: z.array(z.string()),
  written: z.array(z.string()),
  /** Of a step behind overlays: folders that it made anew, which hide all that was in their place. */
  opaque: z.array(z.string()).optional()
});
export type TouchedFiles = z.infer<typeof TouchedFiles>;

/** From the runner to the engine. */
export const RunnerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    pid: z.int(),
    python: z.string(),
    ipython: z.string().nullable()
  }),
  z.object({ type: z.literal('cell-started'), cell: z.int() }),
  z.object({ type: z.literal('cell-finished'), cell: z.int(), ok: z.boolean() }),
  z.object({
    type: z.literal('output'),
    cell: z.int().nullable(),
    stream: z.enum(['stdout', 'stderr']),
    text: z.string()
  }),
  z.object({
    type: z.literal('output-dropped'),
    stream: z.enum(['stdout', 'stderr']),
    bytes: z.int()
  }),
  z.object({
    type: z.literal('display'),
    cell: z.int().nullable(),
    kind: z.enum(['display', 'result']),
    data: z.record(z.string(), z.json()),
    metadata: z.record(z.string(), z.json()),
    displayId: z.string().nullable(),
    update: z.boolean()
  }),
  z.object({
    type: z.literal('metric'),
    name: z.string(),
    value: MetricValue,
    at: z.number().nullable()
  }),
  z.object({
    type: z.literal('warning'),
    code: z.string(),
    message: z.string(),
    cell: z.int().nullable()
  }),
  /** Always the last message, sent by the step's supervisor once the whole process tree is gone. */
  z.object({
    type: z.literal('finished'),
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    error: StepError.nullable(),
    values: z.array(RunnerValue),
    files: TouchedFiles,
    resources: Resources,
    /** Whether the supervisor stays for another step: never where it was not asked to. */
    stays: z.boolean()
  })
]);
export type RunnerMessage = z.infer<typeof RunnerMessage>;

/** From the engine to a step's supervisor: the spec first, then at most one `cancel`. */
export const SupervisorCommand = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    spec: StepSpec,
    timeoutSeconds: z.number().nullable(),
    /** Whether to make a process ready for another step after one that succeeded, and wait for its `run`. */
    stay: z.boolean()
  }),
  /** Interrupt, and after `graceSeconds` kill, the step's whole process tree. */
  z.object({ type: z.literal('cancel'), graceSeconds: z.number() })
]);
export type SupervisorCommand = z.infer<typeof SupervisorCommand>;

/** From the engine to the fork server on its standard input, one JSON document a line; end of file ends it and all its steps. */
export const ForkServerCommand = z.discriminatedUnion('type', [
  /** First: import these installed modules, if there; then answer `ready`. */
  z.object({ type: z.literal('preload'), modules: z.array(z.string()) }),
  /**
   * Fork a supervisor, which connects to `socket` and says `token` and a newline first. A fresh process
   * (`python -m chard_runner.supervisor --socket PATH`) gets its token as the first line of its standard input.
   */
  z.object({ type: z.literal('spawn'), socket: z.string(), token: z.string() })
]);
export type ForkServerCommand = z.infer<typeof ForkServerCommand>;

export const ForkServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    pid: z.int(),
    /** False where a preloaded module left a second thread: steps then start as fresh processes. */
    forks: z.boolean(),
    why: z.string().nullable(),
    failed: z.record(z.string(), z.string())
  }),
  z.object({ type: z.literal('spawned'), token: z.string(), pid: z.int() }),
  z.object({ type: z.literal('error'), token: z.string().nullable(), message: z.string() })
]);
export type ForkServerMessage = z.infer<typeof ForkServerMessage>;
