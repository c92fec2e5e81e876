import { followRuns, listRuns, type RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import type { ChardApi } from './api';
import { FeedList, type ListChange } from './feedList';

const PAGE = 200;

/** The latest runs that people have started: trials of experiments are in the experiments' own lists. */
export class RunList extends FeedList<RunItem> {
  /** The trials that go on, as far as the feed has told. */
  private readonly trials = new Set<string>();

  /** `pathOf`: where the notebook of a run is now. */
  constructor(
    api: ChardApi,
    private readonly pathOf: (run: RunItem) => string
  ) {
    super({
      page: async before => {
        const query = { limit: PAGE, trials: false, ...(before !== null && { before }) };
        const { runs, next } = await api.look(listRuns, { params: {}, query, body: {} });
        return { items: runs, next };
      },
      changes: signal => changes(api, signal)
    });
  }

  /** After a change of what `pathOf` says. */
  pathsChanged(): void {
    this.tell();
  }

  /** Whether a run, or one of a trial, goes on, as far as the feed has told. */
  goesOn(id: string): boolean {
    const run = this.get(id);
    return run === undefined ? this.trials.has(id) : !isOver(run.state);
  }

  protected override take(run: RunItem): boolean {
    if (run.trial === null) return super.take(run);
    const wentOn = this.trials.has(run.id);
    if (isOver(run.state)) this.trials.delete(run.id);
    else this.trials.add(run.id);
    return wentOn !== this.trials.has(run.id);
  }

  protected override notebookOf(run: RunItem): string {
    return this.pathOf(run);
  }

  protected override compare(one: RunItem, other: RunItem): number {
    return super.compare(one, other) || other.number - one.number;
  }
}

async function* changes(api: ChardApi, signal: AbortSignal): AsyncGenerator<ListChange<RunItem>> {
  for await (const change of api.follow(followRuns, { params: {}, query: {} }, signal)) {
    yield change.type === 'changed' ? { type: 'changed', item: change.run } : change;
  }
}
