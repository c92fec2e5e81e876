/** What becomes of one piece of work; it is set when the work is done. */
interface Slot<Result> {
  result: Result | undefined;
}

const MOST_WAITING = 10_000;

/** Does work side by side and hands on what comes of it in the order in which it was asked for. */
export class OrderedQueue<Result extends object> {
  private slots: Slot<Result>[] = [];
  private head = 0;
  private readonly active = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  /** @param sideBySide how much at once. @param take gets the results, in order */
  constructor(
    private readonly sideBySide: number,
    private readonly take: (result: Result) => void
  ) {}

  /** Whether all is handed on. */
  get isIdle(): boolean {
    return this.head === this.slots.length;
  }

  /** Adds what is there already. */
  addDone(result: Result): void {
    if (this.isIdle) return this.take(result);
    this.slots.push({ result });
  }

  /** Waits until there is room for more work. @throws what any of the work threw */
  async room(): Promise<void> {
    while (this.active.size >= this.sideBySide || this.slots.length - this.head > MOST_WAITING) {
      await Promise.race(this.active);
    }
    this.demandSound();
  }

  /** Begins work. */
  add(work: () => Promise<Result>): Promise<Result> {
    const slot: Slot<Result> = { result: undefined };
    this.slots.push(slot);
    const done = work();
    const running = done.then(
      result => {
        slot.result = result;
        this.active.delete(running);
        this.drain();
      },
      (error: unknown) => {
        this.failure ??= { error };
        this.active.delete(running);
      }
    );
    this.active.add(running);
    return done;
  }

  /** Waits until all is handed on. @throws what any of the work threw */
  async empty(): Promise<void> {
    await this.settle();
    this.demandSound();
  }

  /** Waits until no work goes on, whatever comes of it. */
  async settle(): Promise<void> {
    while (this.active.size > 0) await Promise.all(this.active);
  }

  private demandSound(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  private drain(): void {
    if (this.failure !== null) return;
    try {
      for (;;) {
        const result = this.slots[this.head]?.result;
        if (result === undefined) break;
        this.head += 1;
        this.take(result);
      }
    } catch (error) {
      this.failure = { error };
    }
    if (this.head === this.slots.length || this.head > MOST_WAITING) {
      this.slots = this.slots.slice(this.head);
      this.head = 0;
    }
  }
}
