import { memoryStores } from '../stores/memory';
import { newRun, OWNER } from '../stores/testing/contract';
import { isBusy } from './busy';

it('is busy while it executes a run, and not with those of other processes', () => {
  const { runs, leases } = memoryStores();
  expect(isBusy(leases, OWNER.pid)).toBe(false);
  runs.create(newRun('r1'), OWNER);
  expect(isBusy(leases, OWNER.pid)).toBe(true);
  expect(isBusy(leases, OWNER.pid + 1)).toBe(false);
  leases.release('r1', OWNER);
  expect(isBusy(leases, OWNER.pid)).toBe(false);
});
