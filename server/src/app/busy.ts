import type { Stores } from '../stores';

/**
 * Whether the process `pid` executes a run or an experiment. Those of other processes, such as `chard` in a terminal, are
 * theirs.
 */
export function isBusy(
  { leases, experiments }: Pick<Stores, 'leases' | 'experiments'>,
  pid: number
): boolean {
  return [...leases.all(), ...experiments.leases.all()].some(({ owner }) => owner.pid === pid);
}
