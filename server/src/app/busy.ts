import type { LeaseStore } from '../stores';

/** Whether the process `pid` executes a run. Those of other processes, such as `chard` in a terminal, are theirs. */
export function isBusy(leases: LeaseStore, pid: number): boolean {
  return leases.all().some(({ owner }) => owner.pid === pid);
}
