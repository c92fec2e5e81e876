import { ChardError } from '../errors';

/** Codes that do not break one off: it is over for this engine, not for everybody. */
const GOES_ON_ELSEWHERE = ['lease-lost', 'engine-closed'];

export interface Breakage {
  readonly error: ChardError;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Runs, or experiments, that an engine gave up because it could not write their log any more: the log says that they go on, and
 * nobody can write there that they do not. Known until the store can be written again.
 */
export class GivenUp {
  private readonly reasons = new Map<string, Breakage>();
  private readonly listeners = new Set<() => void>();

  /** Why one was given up, and when. */
  reasonOf(id: string): Breakage | undefined {
    return this.reasons.get(id);
  }

  get any(): boolean {
    return this.reasons.size > 0;
  }

  /** @param error what its handle's `finished` rejects with @param time milliseconds since 1970 */
  add(id: string, error: unknown, time: number): void {
    if (!(error instanceof ChardError) || GOES_ON_ELSEWHERE.includes(error.code)) return;
    this.reasons.set(id, { error, time });
    this.tell();
  }

  /** Those for which `isWritten` holds now say it themselves. */
  forget(isWritten: (id: string) => boolean): void {
    const written = [...this.reasons.keys()].filter(isWritten);
    written.forEach(id => this.reasons.delete(id));
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
