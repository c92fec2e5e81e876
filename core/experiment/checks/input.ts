import type { Pipeline } from '../../pipeline';
import type { ExperimentEngine } from '../algorithms';
import type { ExperimentSpec } from '../model';
import type { ReportedMetrics } from '../reported';

/** What an experiment is checked against. */
export interface ExperimentSurroundings {
  readonly engine: ExperimentEngine;
  /** Null where the notebook has none; then only the experiment itself is looked at. */
  readonly pipeline: Pipeline | null;
  /** Sources of the local modules that the pipeline reaches: they may report metrics. */
  readonly modules?: Iterable<string>;
  /** Names that other experiments have. */
  readonly takenNames: readonly string[];
  /** Metrics that earlier runs of the pipeline reported, whatever its code says. */
  readonly seenMetrics?: readonly string[];
}

/** What the checks look at. */
export interface CheckInput extends Omit<ExperimentSurroundings, 'modules'> {
  readonly spec: ExperimentSpec;
  /** Null where there is no pipeline. */
  readonly reported: ReportedMetrics | null;
}
