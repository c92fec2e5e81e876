import type { ReportedMetrics } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import type { Engine, ExecutionContext } from '../../engines/engine';
import type { Clock } from '../../engines/local/clock';
import type { Stores } from '../../stores';
import type { ExperimentLog } from '../log';
import type { OpenSuggester } from '../suggester/suggester';
import type { Algorithm } from './algorithm';

/** What an experiment is made of; the same on its first day and when it is resumed. */
export interface ExperimentPlan {
  readonly id: string;
  readonly pipeline: Pipeline;
  readonly notebook: { readonly path: string; readonly bytes: Uint8Array };
  readonly context: ExecutionContext;
}

export interface ExperimentServices {
  readonly stores: Stores;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly open: OpenSuggester;
}

/** What becomes of errors. */
export interface Failures {
  /** Whether the experiment can be written to no more. */
  hasFailed(): boolean;
  /** Ends the experiment: it can be written to no more. */
  fail(error: unknown): void;
  /** Where only the algorithm or a trial is at fault the experiment ends with the reason; a store that fails ends all. */
  breakOff(error: unknown): void;
  /** Does what writes to the log. */
  guarded(work: () => void): void;
}

/** What all trials of an experiment have in common. */
export interface Experiment {
  readonly plan: ExperimentPlan;
  readonly services: ExperimentServices;
  readonly log: ExperimentLog;
  readonly algorithm: Algorithm;
  /** Metrics that the pipeline reports. */
  readonly reported: ReportedMetrics;
  readonly failures: Failures;
}
