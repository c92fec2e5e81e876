import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import type { Owner, Stores } from '../../../stores';
import type { EngineInterpreter, RunOptions } from '../../engine';
import type { Clock } from '../clock';
import type { Flights } from '../flights';
import type { Launcher } from '../processes/launcher';
import type { Scheduler } from '../scheduler';
import type { RunWorkspace } from '../workspace';

/** What a run is made of; the same on its first day and when it is resumed. */
export interface RunPlan {
  readonly id: string;
  /** Counts the runs of the engine: earlier ones go first. */
  readonly number: number;
  readonly pipeline: Pipeline;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly options: RunOptions;
  readonly interpreter: EngineInterpreter;
  readonly secrets: Readonly<Record<string, string>>;
  readonly snapshot: RunSnapshotUse | null;
  /** Another one of the same pipeline is likely to follow, as with trials: what waits for its last step may stay. */
  readonly isOneOfMany: boolean;
}

export interface RunServices {
  readonly stores: Stores;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly launcher: Launcher;
  /** Shared by all runs of the engine. */
  readonly scheduler: Scheduler;
  /** Shared by all runs of the engine. */
  readonly flights: Flights;
  readonly workspace: RunWorkspace;
}
