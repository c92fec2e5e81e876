import { ownerLives, type Freed, type Stores } from '../stores';

/** Removes a run that is over, its log, and the files that only it needs. @throws ChardError `run-active`, `run-unknown`. */
export function removeRun(stores: Stores, run: string): Freed {
  stores.runs.delete(run);
  return stores.collectGarbage(lease => ownerLives(lease, Date.now()));
}
