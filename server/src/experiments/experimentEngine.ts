import type { ExperimentSpec, ExperimentState, TrialCounts } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import type { ExecutionContext } from '../engines/engine';
import type { GivenUp } from '../engines/givenUp';

export interface ExperimentRequest {
  readonly spec: ExperimentSpec;
  /** Values of parameters that are not tuned; the pipeline has them already. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** What each trial runs, with the trial's own values. */
  readonly pipeline: Pipeline;
  readonly notebook: { readonly path: string; readonly bytes: Uint8Array };
  readonly context: ExecutionContext;
  /** What all trials work on; null: the notebook's folder as it is. The engine pins it as `experiment:ID`. */
  readonly snapshot?: RunSnapshotUse | null;
}

export interface ExperimentHandle {
  readonly id: string;
  /** The experiment's last state. Rejects where it was cut off: its log can no longer be written, or no trial can run for now. */
  readonly finished: Promise<ExperimentState>;
}

export interface ResumeOptions {
  /** Whether one that was paused when it was cut off is paused again; a person who says that it should go on means that. By default it is. */
  readonly staysPaused: boolean;
}

/** What runs experiments on this machine. Every failure that a person can act on is a coded `ChardError`. */
export interface ExperimentEngine {
  /** Experiments whose end could not be written. */
  readonly broken: GivenUp;
  /** @throws ChardError `experiment-name-taken`, `packages-missing`, `suggester-missing`, `wrong-parameter-type`, the store's. */
  start(request: ExperimentRequest): Promise<ExperimentHandle>;
  /**
   * Goes on with an experiment that was interrupted, or that is over and has room for more trials. With `counts`, these are
   * its counts from then on.
   * @throws ChardError `experiment-owned`, `experiment-over`, `experiment-unknown`, and those of `start`.
   */
  resume(
    experiment: string,
    counts?: TrialCounts,
    options?: ResumeOptions
  ): Promise<ExperimentHandle>;
  /**
   * Asks an experiment for something, whichever process runs it. One that nobody runs is gone on with here, where the command
   * asks for that. @throws ChardError `experiment-over`, those of `resume`.
   */
  command(experiment: string, command: ExperimentCommand): Promise<void>;
  /** As `command`, but goes on with nothing here. @throws ChardError `experiment-over`. */
  ask(experiment: string, command: ExperimentCommand): void;
  /** Gives an experiment that nobody runs other counts. @throws ChardError `experiment-owned`, `experiment-over`. */
  setCounts(experiment: string, counts: TrialCounts): void;
  /** Marks experiments whose owner is gone as interrupted. @returns their ids. */
  recover(): string[];
  /** Stops what goes on, its trials included. */
  close(): Promise<void>;
}
