import { isOver } from '@chard/core/run';
import { ChardError } from '../../errors';
import type { Lease, Owner, Stores } from '../../stores';
import type { Clock } from './clock';
import { removePort } from './processes/port';
import { sweep } from './processes/sweep';

/** Puts in order what engines that are gone have left: their runs, their processes. */
export class Recovery {
  constructor(
    private readonly stores: Stores,
    private readonly owner: Owner,
    private readonly clock: Clock,
    private readonly isAlive: (lease: Lease) => boolean
  ) {}

  /** @returns the runs that were marked as interrupted. */
  async recover(): Promise<string[]> {
    const recovered: string[] = [];
    for (const { id } of this.stores.runs.list({ phases: ['pending', 'running'] })) {
      const lease = this.stores.leases.get(id);
      if (lease !== undefined && this.isAlive(lease)) continue;
      if (await this.interruptOnce(id)) recovered.push(id);
    }
    for (const lease of this.stores.leases.all()) {
      // Killed between a run's last event and letting go of it.
      if (!this.isAlive(lease)) await this.interruptOnce(lease.run);
    }
    return recovered;
  }

  /** Where several processes look at a store at once, one of them does it. */
  private async interruptOnce(run: string): Promise<boolean> {
    try {
      return await this.interrupt(run);
    } catch (error) {
      const isDoneElsewhere =
        error instanceof ChardError &&
        ['run-owned', 'run-unknown', 'lease-lost'].includes(error.code);
      if (!isDoneElsewhere) throw error;
      return false;
    }
  }

  /** Takes a run whose owner is gone, ends what is left of it and says so in its log. */
  private async interrupt(run: string): Promise<boolean> {
    const { runs, leases } = this.stores;
    const former = leases.take(run, this.owner, this.clock.now(), this.isAlive);
    try {
      const survivors = former === null ? [] : await this.cleanUpAfter(former);
      const record = runs.get(run);
      if (record === undefined || isOver(record.phase)) return false;
      const time = this.clock.now();
      const left =
        survivors.length === 0 ? '' : ` Processes ${survivors.join(', ')} could not be ended.`;
      runs.append(run, this.owner, [
        {
          time,
          body: {
            type: 'run-interrupted',
            message: `The process that executed the run${former === null ? '' : ` (${former.pid})`} is gone.${left}`
          }
        }
      ]);
      if (record.cancelRequested) {
        runs.append(run, this.owner, [
          { time, body: { type: 'run-finished', state: 'cancelled', error: null } }
        ]);
      }
      return true;
    } finally {
      leases.release(run, this.owner);
    }
  }

  /** @returns pids of what could not be ended. */
  private async cleanUpAfter({ instance }: Owner): Promise<number[]> {
    // This engine itself, which gave the run up when it could not write to the store.
    if (instance === this.owner.instance) return [];
    const survivors = await sweep(instance);
    removePort(instance);
    return survivors;
  }
}
