import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import type { Snapshot } from '@chard/core/snapshot';
import type { ExecutionContext } from '../engines/engine';
import { snapshotUse, takeRunSnapshot } from '../runs/runSnapshot';
import type { SnapshotStore } from '../snapshots/snapshotStore';

/** What an experiment is about to start on. */
interface Subject {
  /** Absolute path. */
  readonly notebook: string;
  readonly pipeline: Pipeline;
  readonly context: ExecutionContext;
}

/** Takes what the trials of an experiment work on; null: the notebook's folder as it is. @throws as `takeRunSnapshot`. */
export type Freeze = (subject: Subject) => Promise<RunSnapshotUse | null>;

interface Options {
  readonly snapshots: () => SnapshotStore;
  /** Whether an absolute path may be looked at. */
  readonly isAllowed: (path: string) => boolean;
  /** Undefined: as the notebook says, and with a snapshot where it does not. */
  readonly isWanted?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears of the snapshot. */
  readonly onTaken?: (snapshot: Snapshot) => void;
}

/**
 * Freezes the notebook's folder once for all trials. What they write stays with their runs: side by side they would write over
 * one another's files in the folder, and one would find what another has left.
 */
export function freezing({ snapshots, isAllowed, isWanted, signal, onTaken }: Options): Freeze {
  return async ({ notebook, pipeline, context }) => {
    if (!(isWanted ?? pipeline.snapshotVolumes ?? true)) return null;
    const environment = context.interpreter.record;
    const request = { notebook, pipeline, environment, isAllowed };
    const snapshot = await takeRunSnapshot(snapshots(), request, { ...(signal && { signal }) });
    onTaken?.(snapshot);
    return { ...snapshotUse(snapshot, null), brings: false };
  };
}
