import { deferred, type Deferred } from './deferred';

/** What became of a step that others waited for: its result is kept, or cannot be, or there is none. */
export type Landing = 'kept' | 'not-kept' | 'broken-off';

/**
 * Steps on their way to a result, by the key that it will be kept under: what several runs need at one time is executed
 * by one of them.
 */
export class Flights {
  private readonly underway = new Map<string, Deferred<Landing>>();

  /** Resolves when the step that makes this result has ended; undefined where nobody makes it. */
  of(key: string): Promise<Landing> | undefined {
    return this.underway.get(key)?.promise;
  }

  /** Says that the caller makes this result. @returns what it calls when it has ended. */
  begin(key: string): (landing: Landing) => void {
    const flight = deferred<Landing>();
    this.underway.set(key, flight);
    return landing => {
      if (this.underway.get(key) === flight) this.underway.delete(key);
      flight.resolve(landing);
    };
  }
}
