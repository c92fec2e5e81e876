import { ChardError } from '../errors';

/** Codes that do not break a run off: it is over for this engine, not for everybody. */
const GOES_ON_ELSEWHERE = ['lease-lost', 'engine-closed'];

export interface Breakage {
  readonly error: ChardError;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Runs that an engine gave up because it could not write their log any more: the log says that they go on, and nobody
 * can write there that they do not. Known until the store can be written again.
 */
export class BrokenRuns {
  private readonly reasons = new Map<string, Breakage>();
  private readonly listeners = new Set<() => void>();

  /** Why a run was given up, and when. */
  reasonOf(run: string): Breakage | undefined {
    return this.reasons.get(run);
  }

  get any(): boolean {
    return this.reasons.size > 0;
  }

  /** @param error what `RunHandle.finished` rejects with @param time milliseconds since 1970 */
  add(run: string, error: unknown, time: number): void {
    if (!(error instanceof ChardError) || GOES_ON_ELSEWHERE.includes(error.code)) return;
    this.reasons.set(run, { error, time });
    this.tell();
  }

  /** Those for which `isWritten` holds now say it themselves. */
  forget(isWritten: (run: string) => boolean): void {
    const written = [...this.reasons.keys()].filter(isWritten);
    written.forEach(run => this.reasons.delete(run));
    if (written.length > 0) this.tell();
  }

  /** @returns what ends the subscription. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
