import { randomBytes } from 'node:crypto';
import { ChardError } from '../errors';
import { fileFailure } from '../files';
import { removeAbandoned } from './upkeep/sweep';
import type { Layout } from './disk/layout';
import type { LockKind, Locks } from './disk/locks';
import type { Records } from './disk/records';

/** Who may work on a store, and when. */
export class Access {
  constructor(
    private readonly layout: Layout,
    private readonly records: Records,
    private readonly locks: Locks
  ) {}

  /** Names a piece of work of this process, as a folder of `staging`. */
  newInstance(): string {
    return `${this.locks.instance}.${randomBytes(4).toString('hex')}`;
  }

  /** Processes at work. */
  livingInstances(): Set<string> {
    return this.locks.livingInstances();
  }

  /** Writes to the store, beside others or alone. @param what as `Locks.take` has it. @throws ChardError `store-busy`, ... */
  async writing<Result>(
    kind: LockKind,
    what: string,
    signal: AbortSignal | undefined,
    work: () => Result | Promise<Result>
  ): Promise<Result> {
    const lock = await this.locks.take(kind, what, signal);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** Reads, while nothing can be removed. @param work is told whether the store can be written */
  async reading<Result>(
    what: string,
    signal: AbortSignal | undefined,
    work: (canWrite: boolean) => Promise<Result>
  ): Promise<Result> {
    const release = await this.enter(what, signal);
    try {
      return await work(release !== null);
    } finally {
      release?.();
    }
  }

  /**
   * Keeps others from removing what is being read, until the function returned is called. A store that cannot be written needs none,
   * since nothing can be removed: null.
   */
  async enter(what: string, signal?: AbortSignal): Promise<(() => void) | null> {
    try {
      const lock = await this.locks.take('shared', what, signal);
      return () => lock.release();
    } catch (error) {
      if (error instanceof ChardError && error.code === 'store-read-only') return null;
      throw error;
    }
  }

  /** Ends what processes that are gone had not finished. */
  tidy(): void {
    try {
      removeAbandoned(this.layout, this.records, () => this.livingInstances());
    } catch (error) {
      throw fileFailure(error, this.layout.folder, 'store');
    }
  }
}
