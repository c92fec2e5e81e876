const FIRST_PAUSE_MILLISECONDS = 10_000;
const LONGEST_PAUSE_MILLISECONDS = 5 * 60_000;

interface Wait {
  /** When it may be tried again, in milliseconds since 1970. */
  readonly next: number;
  readonly pause: number;
  /** What was said of it last. */
  readonly message: string | null;
}

/**
 * What is tried again and again because it may come right by itself (a disk gets room, a folder is put back): soon at first, then
 * ever more seldom.
 */
export class Retries {
  private readonly waits = new Map<string, Wait>();

  /** Whether the time has come for any of them. */
  isAnyDue(now: number): boolean {
    return [...this.waits.values()].some(({ next }) => next <= now);
  }

  isDue(id: string, now: number): boolean {
    return (this.waits.get(id)?.next ?? now) <= now;
  }

  /** It was tried, and is tried again should it be cut off. */
  tried(id: string, now: number): void {
    const before = this.waits.get(id);
    const pause =
      before === undefined
        ? FIRST_PAUSE_MILLISECONDS
        : Math.min(2 * before.pause, LONGEST_PAUSE_MILLISECONDS);
    this.waits.set(id, { next: now + pause, pause, message: before?.message ?? null });
  }

  /** It is not tried again by itself. */
  givenUp(id: string): void {
    this.waits.set(id, { next: Infinity, pause: 0, message: null });
  }

  /** Whether this was not what was said of it last. */
  isNews(id: string, message: string): boolean {
    const before = this.waits.get(id);
    if (before?.message === message) return false;
    if (before !== undefined) this.waits.set(id, { ...before, message });
    return true;
  }

  /** Those that are not among `ids` when it is time for them go on by now. */
  keep(ids: ReadonlySet<string>, now: number): void {
    for (const [id, { next }] of this.waits) {
      if (!ids.has(id) && (next <= now || next === Infinity)) this.waits.delete(id);
    }
  }

  clear(): void {
    this.waits.clear();
  }
}
