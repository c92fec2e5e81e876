/** Time as the engine sees it, so that specs decide when it passes. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once after `milliseconds`, unless the function returned is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Node's timers wait no longer than this, a little less than 25 days: one that is to wait longer would ring at once. */
const LONGEST_WAIT = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout;
    const wait = (rest: number): void => {
      timer = setTimeout(
        () => (rest > LONGEST_WAIT ? wait(rest - LONGEST_WAIT) : callback()),
        Math.min(rest, LONGEST_WAIT)
      );
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  }
};
