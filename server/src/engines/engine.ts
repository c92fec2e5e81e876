import type { Pipeline } from '@chard/core/pipeline';
import type {
  RunEvent,
  RunEventBody,
  RunPhase,
  RunSnapshotUse,
  RunState,
  StepError
} from '@chard/core/run';
import type { GivenUp } from './givenUp';

/** How a Python is started. */
export interface InterpreterProcess {
  /** Absolute path. */
  readonly executable: string;
  /** The whole environment of its processes; never stored. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The Python that runs the steps. */
export interface EngineInterpreter extends InterpreterProcess {
  readonly version: string;
  /** Changes whenever the interpreter or one of its packages does. */
  readonly fingerprint: string;
  /** What is recorded with the run: interpreter, packages, platform. JSON. */
  readonly record: unknown;
}

/** What the steps of one engine may use together; whatever is left out is the machine's. */
export interface Limits {
  /** CPUs. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Steps side by side. */
  readonly parallel: number;
}

export interface RunOptions {
  /** Whether earlier results may stand for steps. */
  readonly cache: boolean;
  /** Run this step and those below anew; what they need of others comes from `base` or the latest results that hold. */
  readonly from: string | null;
  /** Run this step alone, anew; what it needs comes from the same. */
  readonly only: string | null;
  /** The run whose values `from` and `only` take. */
  readonly base: string | null;
  /** At most so many of the run's steps side by side; without it, as many as the engine can. */
  readonly parallel?: number | null | undefined;
}

export interface ExecutionContext {
  readonly interpreter: EngineInterpreter;
  /** Values of the environment variables that steps take from secrets; never stored. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Hears of the run's events, in order, once they are in the store. It must not throw. */
  readonly observer?: (events: readonly RunEvent[]) => void;
}

/** The trial that a run is, of an experiment. */
export interface TrialLabel {
  readonly experiment: string;
  /** Counts from 1 within its experiment. */
  readonly number: number;
}

export interface RunRequest extends ExecutionContext {
  /** Parameters bound. */
  readonly pipeline: Pipeline;
  /** What `pipeline` was before parameters were bound: recorded in its place, so that runs which differ in their values alone share a record. */
  readonly template?: Pipeline | undefined;
  readonly notebook: { readonly path: string; readonly bytes: Uint8Array };
  readonly options: RunOptions;
  /** What the run works on; null: on the notebook's folder as it is. The engine pins it as `run:ID`. */
  readonly snapshot?: RunSnapshotUse | null;
  /** Absent for a run that a person started. */
  readonly trial?: TrialLabel;
  /** Writes to the stores what must be there when the run is: in one with its creation, since each write waits for the disk. */
  readonly alongside?: () => void;
}

/** What is known of a run before all of it is. */
export interface Preparation {
  readonly interpreter: InterpreterProcess;
  readonly pipeline: Pipeline;
}

export interface RunHandle {
  readonly id: string;
  /**
   * The run's last state, as soon as it is on the disk; what the run worked in may still have to be removed. Rejects as `finished` does.
   */
  readonly ended: Promise<RunState>;
  /** The run's last state, when nothing is left to do. Rejects only where the log can no longer be written (a full disk, a lost lease). */
  readonly finished: Promise<RunState>;
  /** Asks the run to end; `finished` tells when it has. `why` stands in the log, for steps that were cancelled. */
  cancel(why?: string): void;
}

export interface ExecRequest extends ExecutionContext {
  readonly run: string;
  readonly step: string;
  readonly code: string;
  /** On what the step got instead of on what it left. */
  readonly before: boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly state: Extract<RunPhase, 'succeeded' | 'failed' | 'cancelled'>;
  readonly error: StepError | null;
}

/** Output, displays and warnings of executed code, as they come. */
export type ExecListener = (
  body: Extract<RunEventBody, { type: 'output' | 'output-dropped' | 'display' | 'warning' }>
) => void;

/** What runs pipelines. Every failure that a person can act on is a coded `ChardError`. */
export interface Engine {
  /** Runs of its own whose log it could not write to the end. */
  readonly broken: GivenUp;
  /** Makes ready what the first step of a run will wait for, beside what its caller still has to do. What fails here, the run is told. */
  prepare(request: Preparation): void;
  /** @throws ChardError `missing-results` (for `from` and `only`), `step-unknown`, `snapshot-unknown`, and the store's. */
  start(request: RunRequest): Promise<RunHandle>;
  /** Goes on with an interrupted, failed or cancelled run: what succeeded is kept. @throws ChardError `run-owned`, `run-unknown`, `run-complete`. */
  resume(run: string, context: ExecutionContext): Promise<RunHandle>;
  /** Asks a run to end, whichever process executes it. */
  cancel(run: string): Promise<void>;
  /** Runs code on a finished step's state and leaves no trace in the run. @throws ChardError `step-unknown`, `step-unfinished`. */
  execute(request: ExecRequest, listener: ExecListener): Promise<ExecResult>;
  /** Marks runs whose owner is gone as interrupted and ends what they left behind. @returns their ids. */
  recover(): Promise<string[]>;
  /** Cancels what goes on and ends every process. */
  close(): Promise<void>;
}
