import { ownerLives, type Freed, type Stores } from '../stores';

/**
 * Removes an experiment that is over and, where asked for, the runs of its trials, with the files that only they need.
 * @throws ChardError `experiment-active`, `experiment-unknown`, `run-active`.
 */
export function removeExperiment(
  stores: Stores,
  experiment: string,
  runs: 'delete' | 'keep'
): { runs: number; freed: Freed } {
  const count = runs === 'delete' ? stores.runs.list({ experiment }).length : 0;
  stores.experiments.delete(experiment, runs);
  return { runs: count, freed: stores.collectGarbage(lease => ownerLives(lease, Date.now())) };
}
