import { ChardError } from '../errors';
import type { Host } from '../host';
import type { Backend } from './backend';
import { isBusy } from './busy';
import { resumeExperiments, resumeInterrupted } from './resume';
import { Retries } from './retries';

interface Needs {
  /** @throws ChardError where the stores cannot be used. */
  readonly open: () => Backend;
  readonly host: Host;
  /** Standard error goes to the log of the Jupyter server. */
  readonly report: (text: string) => void;
  /** Hears of the runs that are gone on with. */
  readonly onResumed: (runs: readonly string[]) => void;
  /** Milliseconds since 1970; by default the system's. */
  readonly now?: () => number;
}

/**
 * Keeps the records true while the server runs: what was cut off is marked, and gone on with when the server starts and when
 * a store can be used again. A store that is of no use now says so to everybody who asks; it is no reason to end.
 */
export class Upkeep {
  /** Whether what was cut off is to go on. */
  private resumes = true;
  private trouble: string | null = null;
  private readonly retries = new Retries();

  constructor(private readonly needs: Needs) {}

  /** Looks once; what is wrong is reported once, until it is another trouble or over. */
  async look(): Promise<void> {
    try {
      await this.putInOrder(this.needs.open());
      if (this.trouble !== null) this.needs.report('The store can be used again.');
      this.trouble = null;
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      this.resumes = true;
      if (error.message !== this.trouble) this.needs.report(error.message);
      this.trouble = error.message;
    }
  }

  /** Whether this process executes a run or an experiment. */
  isBusy(): boolean {
    try {
      return isBusy(this.needs.open().stores, process.pid);
    } catch (error) {
      // The next look says what is wrong.
      if (error instanceof ChardError) return false;
      throw error;
    }
  }

  private async putInOrder(backend: Backend): Promise<void> {
    const { engine, experiments } = backend;
    const { report, host, onResumed, now = Date.now } = this.needs;
    if (this.resumes) this.retries.clear();
    const hasCut = engine.broken.any || experiments.broken.any || this.retries.isAnyDue(now());
    if (!this.resumes && !hasCut) {
      await engine.recover();
      experiments.recover();
      return;
    }
    onResumed(await resumeInterrupted(backend, host, report));
    await resumeExperiments(backend, report, this.retries, now());
    this.resumes = false;
  }
}
