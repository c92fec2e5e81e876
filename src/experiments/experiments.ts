import { isExperimentOver, type ExperimentSpec } from '@chard/core/experiment';
import {
  commandExperiment,
  deleteExperiment,
  followExperiments,
  listExperiments,
  measureExperiments,
  renameExperiment,
  startExperiment,
  type ExperimentCommand,
  type ExperimentItem
} from '@chard/core/protocol/api';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import { ChardApi } from '../runs/api';
import { FeedList, type ListChange } from '../runs/feedList';
import type { Moves } from '../runs/moves';
import { LiveExperiment } from './liveExperiment';
import { outcomeInWords } from './sentences';

const PAGE = 200;

/** The experiments that this page shows or starts: one live experiment for each id, one list for all. */
export class Experiments {
  readonly api: ChardApi;
  readonly list: ExperimentList;
  private readonly live = new Map<string, LiveExperiment>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _started = new Signal<this, LiveExperiment>(this);
  private readonly _deleted = new Signal<this, string>(this);

  constructor(
    settings: ServerConnection.ISettings,
    private readonly moves: Moves,
    private readonly trans: TranslationBundle
  ) {
    this.api = new ChardApi(settings);
    this.list = new ExperimentList(this.api, moves);
    this.list.changed.connect(() => {
      for (const experiment of this.live.values()) experiment.heedList();
      this._changed.emit();
    });
  }

  /** When the list has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** An experiment that was started, or gone on with, from this page. */
  get started(): ISignal<this, LiveExperiment> {
    return this._started;
  }

  /** The id of an experiment that was deleted from this page. */
  get deleted(): ISignal<this, string> {
    return this._deleted;
  }

  /** How an experiment stands, in a few words. */
  inWords(experiment: ExperimentItem): string {
    return outcomeInWords(experiment, this.trans);
  }

  /** The experiment, followed from now on. */
  get(id: string): LiveExperiment {
    let experiment = this.live.get(id);
    if (!experiment) {
      experiment = new LiveExperiment(
        id,
        this.api,
        () => this.goesOn(id),
        item => this.moves.pathOf(item)
      );
      this.live.set(id, experiment);
    }
    return experiment;
  }

  /** What is known of an experiment: the list hears of a new name first, but has none that is older than it reaches. */
  item(id: string): ExperimentItem | null {
    return this.list.get(id) ?? this.live.get(id)?.item ?? null;
  }

  /** Starts an experiment on a notebook as it is saved. Throws an `ApiError` where the server does not. */
  async start(
    path: string,
    spec: ExperimentSpec,
    parameters: Readonly<Record<string, unknown>> = {}
  ): Promise<LiveExperiment> {
    const { experiment } = await this.api.ask(startExperiment, {
      params: {},
      query: {},
      body: { path, spec, parameters: { ...parameters } as Record<string, never> }
    });
    this.list.add(experiment);
    const live = this.get(experiment.id);
    this._started.emit(live);
    return live;
  }

  /** Asks an experiment to do something; its events tell when it has. */
  async command(id: string, body: ExperimentCommand): Promise<void> {
    const { experiment } = await this.api.ask(commandExperiment, {
      params: { experiment: id },
      query: {},
      body
    });
    this.list.add(experiment);
    const live = this.get(id);
    if (body.type === 'resume' || body.type === 'counts') this._started.emit(live);
  }

  async rename(id: string, name: string): Promise<void> {
    const input = { params: { experiment: id }, query: {}, body: { name } };
    const { experiment } = await this.api.ask(renameExperiment, input);
    this.list.add(experiment);
  }

  /** What deleting an experiment with the runs of its trials would free. */
  measure(id: string): Promise<{ runs: number; files: number; bytes: number }> {
    return this.api.ask(measureExperiments, {
      params: {},
      query: {},
      body: { experiments: [id] }
    });
  }

  /** @param runs whether the runs of its trials go, too */
  async delete(id: string, runs: 'delete' | 'keep'): Promise<void> {
    const input = { params: { experiment: id }, query: { runs }, body: {} };
    await this.api.ask(deleteExperiment, input);
    this.live.get(id)?.dispose();
    this.live.delete(id);
    this.list.remove(id);
    this._deleted.emit(id);
  }

  private goesOn(id: string): boolean {
    const item = this.list.get(id);
    return item !== undefined && !isExperimentOver(item.state);
  }

  /** Those that go on, newest first. */
  get active(): ExperimentItem[] {
    return this.list.all.filter(({ state }) => !isExperimentOver(state));
  }
}

/** The latest experiments. They stay their notebook's when it is renamed, as runs do. */
class ExperimentList extends FeedList<ExperimentItem> {
  constructor(
    api: ChardApi,
    private readonly moves: Moves
  ) {
    super({
      page: async before => {
        const query = before === null ? { limit: PAGE } : { limit: PAGE, before };
        const input = { params: {}, query, body: {} };
        const { experiments, next } = await api.ask(listExperiments, input);
        return { items: experiments, next };
      },
      changes: signal => changes(api, signal)
    });
    moves.changed.connect(() => this.tell());
  }

  protected override notebookOf(experiment: ExperimentItem): string {
    return this.moves.pathOf(experiment);
  }
}

async function* changes(
  api: ChardApi,
  signal: AbortSignal
): AsyncGenerator<ListChange<ExperimentItem>> {
  for await (const change of api.follow(followExperiments, { params: {}, query: {} }, signal)) {
    yield change.type === 'changed' ? { type: 'changed', item: change.experiment } : change;
  }
}
