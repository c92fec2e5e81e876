import { ChardError } from '../../errors';
import type { Suggester } from '../suggester/suggester';

/** An algorithm that breaks down is begun anew so many times for one question. */
const TRIES = 3;

/** What suggests, through all the processes that it takes. */
export class Algorithm {
  private opened: Promise<Suggester> | null;
  private isClosed = false;

  /**
   * @param first a suggester that is there already.
   * @param open begins another one, which is told what the experiment has come to by then.
   */
  constructor(
    first: Suggester | null,
    private readonly open: () => Promise<Suggester>
  ) {
    this.opened = first === null ? null : Promise.resolve(first);
  }

  /** Whether there is one that would have to be told what happens. */
  get isThere(): boolean {
    return this.opened !== null;
  }

  /** Asks something; one that has broken down is begun anew and asked again. @throws as `Suggester`. */
  async consult<Answer>(ask: (suggester: Suggester) => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ;) {
      const opened = (this.opened ??= this.open());
      try {
        return await ask(await opened);
      } catch (error) {
        const code = error instanceof ChardError ? error.code : null;
        // Another question has broken it down: this one is asked again, and is not to blame.
        if (code === 'suggester-closed' && this.opened !== opened && !this.isClosed) continue;
        if (code !== 'suggester-failed' || attempt >= TRIES || this.isClosed) throw error;
        attempt += 1;
        // Others may have begun it anew meanwhile.
        if (this.opened === opened) {
          this.opened = null;
          opened.then(suggester => suggester.close()).catch(() => undefined);
        }
      }
    }
  }

  close(): void {
    this.isClosed = true;
    this.opened?.then(suggester => suggester.close()).catch(() => undefined);
  }
}
