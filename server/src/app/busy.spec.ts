import { memoryStores } from '../stores/memory';
import { newRun, OWNER } from '../stores/testing/contract';
import { newExperiment } from '../stores/testing/experimentContract';
import { isBusy } from './busy';

it('is busy while it executes a run, and not with those of other processes', () => {
  const stores = memoryStores();
  expect(isBusy(stores, OWNER.pid)).toBe(false);
  stores.runs.create(newRun('r1'), OWNER);
  expect(isBusy(stores, OWNER.pid)).toBe(true);
  expect(isBusy(stores, OWNER.pid + 1)).toBe(false);
  stores.leases.release('r1', OWNER);
  expect(isBusy(stores, OWNER.pid)).toBe(false);
});

it('is busy while an experiment waits for its next trial', () => {
  const stores = memoryStores();
  stores.experiments.create(newExperiment('e1'), OWNER);
  expect(isBusy(stores, OWNER.pid)).toBe(true);
  stores.experiments.leases.release('e1', OWNER);
  expect(isBusy(stores, OWNER.pid)).toBe(false);
});
