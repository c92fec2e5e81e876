import { once } from 'node:events';
import type { RunStore } from '../stores';

/** Waits for changes of the store, without missing any between two looks. */
export class Changes {
  private version = 0;
  private readonly emitter = new EventTarget();
  private readonly stop: () => void;

  constructor(runs: RunStore) {
    this.stop = runs.onChange(() => {
      this.version += 1;
      this.emitter.dispatchEvent(new Event('change'));
    });
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

  close(): void {
    this.stop();
  }
}
