import type { ChardError } from '../errors';
import type { Lease, LeaseStore, Owner } from './model';

/** Who executes what, for as long as the process lives. */
export class MemoryLeaseStore implements LeaseStore {
  /**
   * @param require throws where there is no such thing to own.
   * @param taken what is thrown where another owner has it.
   */
  constructor(
    private readonly leases: Map<string, Lease>,
    private readonly require: (id: string) => unknown,
    private readonly taken: (id: string, owner: Owner) => ChardError
  ) {}

  get(run: string): Lease | undefined {
    return this.leases.get(run);
  }

  all(): Lease[] {
    return [...this.leases.values()];
  }

  take(run: string, owner: Owner, now: number, isAlive: (lease: Lease) => boolean): Owner | null {
    this.require(run);
    const former = this.get(run);
    if (former !== undefined && isAlive(former)) throw this.taken(run, former.owner);
    this.leases.set(run, { run, owner, beat: now });
    return former?.owner ?? null;
  }

  beat(owner: Owner, now: number): void {
    for (const [run, lease] of this.leases) {
      if (lease.owner.instance === owner.instance) this.leases.set(run, { ...lease, beat: now });
    }
  }

  release(run: string, owner: Owner): void {
    if (this.get(run)?.owner.instance === owner.instance) this.leases.delete(run);
  }
}
