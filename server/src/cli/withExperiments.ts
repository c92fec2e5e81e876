import type { Engine } from '../engines/engine';
import type { ExperimentEngine } from '../experiments/experimentEngine';
import type { PythonProcess } from '../experiments/suggester/pythonProcess';
import type { OpenSuggester } from '../experiments/suggester/suggester';
import { ChardError } from '../errors';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import type { Stores } from '../stores';
import type { Context } from './context';
import { UNWRITABLE, withStores } from './withStores';

interface Opened {
  readonly stores: Stores;
  readonly engine: Engine;
  readonly experiments: ExperimentEngine;
  /** Starts Optuna. */
  readonly open: OpenSuggester;
  /** Opens the snapshots when they are first asked for. */
  readonly snapshots: () => SnapshotStore;
}

/**
 * What `withStores` does, and an engine for experiments. Those whose owner is gone are marked as interrupted first.
 *
 * @param started the process that is asked first for suggestions; else one is started for each question.
 */
export function withExperiments<Result>(
  context: Context,
  work: (opened: Opened) => Result | Promise<Result>,
  started: PythonProcess | null = null
): Promise<Result> {
  return withStores(context, async ({ stores, engine, snapshots }) => {
    const [{ createExperimentEngine }, { optunaSuggester }, { executionContext }] =
      await Promise.all([
        import('../experiments/localExperiments'),
        import('../experiments/suggester/process'),
        import('../runs/execution')
      ]);
    const open = optunaSuggester(context, started);
    const contextOf = (kernel: string | null) => executionContext(kernel, context);
    const experiments = createExperimentEngine({ stores, engine, open, contextOf, snapshots });
    try {
      recover(experiments);
      return await work({ stores, engine, experiments, open, snapshots });
    } finally {
      await experiments.close();
    }
  });
}

/** A store that may only be read, or whose disk is full, is shown as it is. */
function recover(experiments: ExperimentEngine): void {
  try {
    experiments.recover();
  } catch (error) {
    if (!(error instanceof ChardError && UNWRITABLE.includes(error.code))) {
      throw error;
    }
  }
}
