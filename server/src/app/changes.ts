import { once } from 'node:events';
import type { GivenUp } from '../engines/givenUp';
import type { RunStore } from '../stores';

/** Waits for changes of the store and of what could not be stored, without missing any between two looks. */
export class Changes {
  private version = 0;
  private readonly emitter = new EventTarget();
  private readonly stops: readonly (() => void)[];

  constructor(runs: RunStore, ...broken: readonly GivenUp[]) {
    const tell = (): void => this.tell();
    this.stops = [runs, ...broken].map(each => each.onChange(tell));
  }

  /** What `after` takes: a change after this moment is not missed. */
  get now(): number {
    return this.version;
  }

  /** Resolves once something has changed since `moment`. Rejects when `signal` aborts. */
  async after(moment: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.version === moment) await once(this.emitter, 'change', { signal });
  }

  /** Whoever waits looks once more. */
  close(): void {
    for (const stop of this.stops) stop();
    this.tell();
  }

  private tell(): void {
    this.version += 1;
    this.emitter.dispatchEvent(new Event('change'));
  }
}
