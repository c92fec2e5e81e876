import { followRuns, listRuns, type RunItem } from '@chard/core/protocol/api';
import type { ChardApi } from './api';
import { FeedList, type ListChange } from './feedList';

const PAGE = 200;

/** The latest runs that people have started: trials of experiments are in the experiments' own lists. */
export class RunList extends FeedList<RunItem> {
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

  protected override notebookOf(run: RunItem): string {
    return this.pathOf(run);
  }

  protected override compare(one: RunItem, other: RunItem): number {
    return super.compare(one, other) || other.number - one.number;
  }
}

async function* changes(api: ChardApi, signal: AbortSignal): AsyncGenerator<ListChange<RunItem>> {
  for await (const change of api.follow(followRuns, { params: {}, query: {} }, signal)) {
    if (change.type !== 'changed') yield change;
    else if (change.run.trial === null) yield { type: 'changed', item: change.run };
  }
}
