import type { Progress, Watch } from '../snapshotStore';

/** How often a person is told. */
const INTERVAL_MILLISECONDS = 100;

/** Counts what is done, tells it now and then, and ends it where that is asked for. */
export class Meter {
  private files = 0;
  private bytes = 0;
  private told = 0;

  constructor(
    private readonly watch: Watch,
    private readonly total: { readonly files: number; readonly bytes: number } | null = null
  ) {}

  /** @throws the signal's reason */
  add(files: number, bytes: number): void {
    this.files += files;
    this.bytes += bytes;
    this.watch.signal?.throwIfAborted();
    if (this.watch.progress === undefined) return;
    const now = performance.now();
    if (now - this.told < INTERVAL_MILLISECONDS) return;
    this.told = now;
    this.tell();
  }

  /** Tells the last state. */
  end(): void {
    this.tell();
  }

  private tell(): void {
    const progress: Progress = {
      files: this.files,
      bytes: this.bytes,
      totalFiles: this.total?.files ?? null,
      totalBytes: this.total?.bytes ?? null
    };
    this.watch.progress?.(progress);
  }
}

/** Lets other work of the process have its turn, at most every few milliseconds. */
export class Turns {
  private last = performance.now();

  get isDue(): boolean {
    return performance.now() - this.last > 20;
  }

  async give(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    this.last = performance.now();
  }
}
