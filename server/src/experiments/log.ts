import {
  foldExperiment,
  initialExperimentState,
  type ExperimentEvent,
  type ExperimentEventBody,
  type ExperimentState
} from '@chard/core/experiment';
import type { Clock } from '../engines/local/clock';
import type { ExperimentStore, Owner, PendingExperimentEvent } from '../stores';
import { experimentOutline } from './outline';
import type { Memory } from './suggester/suggester';

const BATCH_MILLISECONDS = 100;

/**
 * Writes one experiment's events and holds the state that they add up to. What may be lost, because it can be found again in
 * the runs, waits a moment for company; the rest is on the disk when `write` returns.
 */
export class ExperimentLog {
  private pending: PendingExperimentEvent[] = [];
  private pendingMemory: Memory = {};
  private cancelTimer: (() => void) | null = null;
  private current: ExperimentState;

  constructor(
    private readonly experiments: ExperimentStore,
    private readonly id: string,
    private readonly owner: Owner,
    private readonly clock: Clock,
    private readonly onFailure: (error: unknown) => void,
    /** A state that the log has come to already. */
    known: ExperimentState = initialExperimentState
  ) {
    this.current = foldExperiment(known, experiments.read(id, { after: known.seq }));
  }

  /** All that was added, whether or not it is on the disk already. */
  get state(): ExperimentState {
    return this.current;
  }

  /** Adds an event, which is on the disk a little later, in order, together with `memory`. */
  add(body: ExperimentEventBody, memory: Memory = {}): void {
    const time = this.clock.now();
    this.pendingMemory = { ...this.pendingMemory, ...memory };
    this.pending.push({ time, body });
    const event: ExperimentEvent = { seq: this.current.seq + 1, time, ...body };
    this.current = foldExperiment(this.current, [event]);
    this.cancelTimer ??= this.clock.after(BATCH_MILLISECONDS, () => {
      try {
        this.flush();
      } catch (error) {
        this.onFailure(error);
      }
    });
  }

  /** Adds events and returns when they, all before them and `memory` are on the disk, in one. @throws the store's ChardError. */
  write(
    bodies: readonly ExperimentEventBody[],
    { memory = {}, heard }: { readonly memory?: Memory; readonly heard?: number } = {}
  ): void {
    for (const body of bodies) this.add(body);
    this.flush(memory, heard);
  }

  /** Puts on the disk what waits to be. @throws the store's ChardError. */
  flush(added: Memory = {}, heard?: number): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    const events = this.pending;
    const memory = { ...this.pendingMemory, ...added };
    this.pending = [];
    this.pendingMemory = {};
    const outline = experimentOutline(this.current);
    this.experiments.append(this.id, this.owner, {
      events,
      outline,
      memory,
      ...(heard !== undefined && { heard })
    });
  }

  /** Drops what was not written: the store takes nothing any more. */
  abandon(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.pending = [];
    this.pendingMemory = {};
  }
}
