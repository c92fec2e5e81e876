import type { RunStore } from '../../stores';
import { LogIndex, type LogSelection } from './logIndex';

/** As many logs as a person may have open; an index that was forgotten is made again. */
const KEPT = 32;

/** The indexes of the logs that were looked at last. */
export class LogIndexes {
  private readonly kept = new Map<string, LogIndex>();

  constructor(private readonly runs: RunStore) {}

  /** The index of a part of a run's log, caught up with it. @throws the store's ChardError, `run-unknown`. */
  async of(run: string, selection: LogSelection): Promise<LogIndex> {
    const { step, streams } = selection;
    const key = JSON.stringify([run, step, streams && [...new Set(streams)].sort()]);
    const index = this.kept.get(key) ?? new LogIndex(this.runs, run, selection);
    this.kept.delete(key);
    this.kept.set(key, index);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
    await index.catchUp();
    return index;
  }
}
