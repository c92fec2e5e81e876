/** A file that is in memory is read and written in less. */
const QUICK_MILLISECONDS = 0.8;
/** How much one file counts. */
const WEIGHT = 0.1;
/** So often it is tried whether the disk is still slow. */
const TRY_EVERY = 32;

/**
 * Whether small files come at once, so that to read them one after the other is quickest, or the disk is waited for, so that several have
 * to be asked for side by side.
 */
export class Pace {
  private average = 0;
  private asked = 0;

  isQuick(): boolean {
    this.asked += 1;
    return this.average < QUICK_MILLISECONDS || this.asked % TRY_EVERY === 0;
  }

  /** @param milliseconds that one file took */
  note(milliseconds: number): void {
    this.average += (milliseconds - this.average) * WEIGHT;
  }
}
