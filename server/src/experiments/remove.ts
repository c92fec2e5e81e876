import { removeRunFolders, runPin } from '../engines/local';
import { letGoOf, snapshotOf } from '../runs/remove';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import { ownerLives, type Freed, type Stores } from '../stores';
import { experimentPin } from './pin';
import { readExperimentState } from './read';

/**
 * Removes an experiment that is over and, where asked for, the runs of its trials, with the files and the snapshot that only they need.
 * @throws ChardError `experiment-active`, `experiment-unknown`, `run-active`.
 */
export async function removeExperiment(
  stores: Stores,
  snapshots: () => SnapshotStore,
  experiment: string,
  runs: 'delete' | 'keep'
): Promise<{ runs: number; freed: Freed }> {
  const ids = runs === 'delete' ? stores.runs.list({ experiment }).map(({ id }) => id) : [];
  const { snapshot } = readExperimentState(stores, experiment);
  const needs = [
    ...ids.map(id => ({ pin: runPin(id), snapshot: snapshotOf(stores, id) })),
    { pin: experimentPin(experiment), snapshot: snapshot?.id ?? null }
  ];
  stores.experiments.delete(experiment, runs);
  let bytes = 0;
  for (const need of needs) {
    if (need.snapshot !== null) bytes += await letGoOf(snapshots(), need.snapshot, need.pin);
  }
  removeRunFolders(stores.home, id => stores.runs.get(id) !== undefined);
  const freed = stores.collectGarbage(lease => ownerLives(lease, Date.now()));
  return { runs: ids.length, freed: { ...freed, bytes: freed.bytes + bytes } };
}
