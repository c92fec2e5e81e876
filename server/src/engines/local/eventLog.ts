import {
  fold,
  initialRunState,
  type RunEvent,
  type RunEventBody,
  type RunState
} from '@chard/core/run';
import type { Owner, PendingEvent, RunStore } from '../../stores';
import type { Clock } from './clock';

type Output = Extract<RunEventBody, { type: 'output' }>;

const BATCH_MILLISECONDS = 50;
const BATCH_CHARACTERS = 256 * 1024;
const OUTPUT_CHARACTERS = 64 * 1024;

/** Whoever has to know what becomes of the events. */
export interface EventLogListener {
  /** The log could not be written; nothing can be from then on. */
  onFailure(error: unknown): void;
  /** These are on the disk, in order. */
  onWritten(events: readonly RunEvent[]): void;
}

/**
 * Writes one run's events: a few milliseconds' worth in one transaction, adjacent text merged. Holds the state that
 * the durable events add up to.
 */
export class EventLog {
  private pending: { time: number; body: RunEventBody }[] = [];
  private pendingCharacters = 0;
  /** The last pending event of each step, while it is text that more can be added to. */
  private readonly openOutputs = new Map<string, { time: number; body: Output }>();
  private cancelTimer: (() => void) | null = null;
  private current: RunState;

  constructor(
    private readonly runs: RunStore,
    private readonly run: string,
    private readonly owner: Owner,
    private readonly clock: Clock,
    private readonly listener: EventLogListener
  ) {
    this.current = fold(initialRunState, runs.read(run));
  }

  /** What the events on the disk say. */
  get state(): RunState {
    return this.current;
  }

  /** Adds an event, which is on the disk a little later, in order. */
  add(body: RunEventBody): void {
    const step = 'step' in body ? (body.step ?? '') : '';
    if (body.type === 'output' && this.extend(body)) return this.schedule();
    const entry = { time: this.clock.now(), body };
    this.pending.push(entry);
    this.pendingCharacters += body.type === 'output' ? body.text.length : 256;
    if (body.type === 'display') this.pendingCharacters += displayCharacters(body.data);
    if (body.type === 'output') this.openOutputs.set(step, { time: entry.time, body });
    else this.openOutputs.delete(step);
    this.schedule();
  }

  /** Writes everything that was added. @throws the store's ChardError; nothing can be written from then on. */
  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (this.pending.length === 0) return;
    const batch: PendingEvent[] = this.pending;
    this.pending = [];
    this.pendingCharacters = 0;
    this.openOutputs.clear();
    this.written(this.runs.append(this.run, this.owner, batch));
  }

  /** Adds an event and returns when it, and all before it, is on the disk. @throws the store's ChardError. */
  write(body: RunEventBody): void {
    this.add(body);
    this.flush();
  }

  /** Adds several events of one transaction: after a crash all are there, or none. */
  writeTogether(bodies: readonly RunEventBody[]): void {
    this.flush();
    const time = this.clock.now();
    const events: RunEvent[] = this.runs.append(
      this.run,
      this.owner,
      bodies.map(body => ({ time, body }))
    );
    this.written(events);
  }

  /** Drops what was not written: the store takes nothing any more. */
  abandon(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.pending = [];
    this.openOutputs.clear();
  }

  private written(events: readonly RunEvent[]): void {
    this.current = fold(this.current, events);
    this.listener.onWritten(events);
  }

  private extend(body: Output): boolean {
    const open = this.openOutputs.get(body.step);
    if (
      open === undefined ||
      open.body.stream !== body.stream ||
      open.body.cell !== body.cell ||
      open.body.attempt !== body.attempt ||
      open.body.text.length + body.text.length > OUTPUT_CHARACTERS
    ) {
      return false;
    }
    open.body.text += body.text;
    this.pendingCharacters += body.text.length;
    return true;
  }

  private schedule(): void {
    if (this.pendingCharacters >= BATCH_CHARACTERS) {
      this.flushOrReport();
    } else {
      this.cancelTimer ??= this.clock.after(BATCH_MILLISECONDS, () => this.flushOrReport());
    }
  }

  private flushOrReport(): void {
    try {
      this.flush();
    } catch (error) {
      this.listener.onFailure(error);
    }
  }
}

/** About how much a display weighs; exact enough to bound a batch. */
function displayCharacters(data: Readonly<Record<string, unknown>>): number {
  return Object.values(data).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 1024),
    0
  );
}
