import { METRICS_STEP } from '@chard/core/pipeline';
import {
  cancelRun,
  deleteRun,
  measureRuns,
  renameRun,
  retryRun,
  runAsItWas,
  startRun,
  type RunItem
} from '@chard/core/protocol/api';
import { isOver, stepState } from '@chard/core/run';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import { noneIcon } from '../icons';
import type { LaunchOptions, OpenNotebook, StepStatus } from '../tokens';
import { ChardApi } from './api';
import { RunSelection } from './list/selection';
import { LiveRun } from './liveRun';
import type { Moves } from './moves';
import { RunList } from './runList';
import { isChanged } from './stepChange';
import { stepStatus } from './words';

/** So many runs back is looked for one that a step took part in. */
const LOOKED_AT = 5;

export interface StartOptions extends LaunchOptions {
  /** The run that results are taken from, with `from` or `only`. */
  readonly base?: string;
  /** The snapshot to work on; without it, in the notebook's folder. */
  readonly snapshotId?: string;
}

/** The runs that this page shows or starts: one live run for each id, one list for all. */
export class Runs {
  readonly api: ChardApi;
  readonly list: RunList;
  readonly selection = new RunSelection();
  private readonly live = new Map<string, LiveRun>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _started = new Signal<this, LiveRun>(this);
  private readonly _deleted = new Signal<this, string>(this);

  constructor(
    settings: ServerConnection.ISettings,
    readonly moves: Moves,
    private readonly trans: TranslationBundle
  ) {
    this.api = new ChardApi(settings);
    this.list = new RunList(this.api, run => moves.pathOf(run));
    moves.changed.connect(() => this.list.pathsChanged());
    this.list.changed.connect(({ all, loaded }) => {
      for (const run of this.live.values()) {
        const item = this.list.get(run.id);
        if (item) run.heed(item);
        run.heedList();
      }
      if (loaded) this.selection.keep(new Set(all.map(({ id }) => id)));
      this._changed.emit();
    });
  }

  /** When the list or a run that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A run that was started, or gone on with, from this page. */
  get started(): ISignal<this, LiveRun> {
    return this._started;
  }

  /** Where the notebook of a run is now; the record says how it was called when the run began. */
  pathOf(run: RunItem): string {
    return this.moves.pathOf(run);
  }

  /** The id of a run that was deleted from this page. */
  get deleted(): ISignal<this, string> {
    return this._deleted;
  }

  /** The run, followed from now on. */
  get(id: string): LiveRun {
    let run = this.live.get(id);
    if (!run) {
      run = new LiveRun(id, this.api, () => this.list.goesOn(id));
      run.changed.connect(() => this._changed.emit());
      this.live.set(id, run);
    }
    return run;
  }

  /** What is known of a run: the list has neither trials nor what is older than it reaches. */
  item(id: string): RunItem | null {
    return this.list.get(id) ?? this.live.get(id)?.item ?? null;
  }

  /**
   * Starts a run of a notebook as it is saved. `base`: the run that results are taken from, with `from` or `only`. Throws
   * an `ApiError` where the server does not.
   */
  async start(path: string, options: StartOptions): Promise<LiveRun> {
    const { run } = await this.api.ask(startRun, {
      params: {},
      query: {},
      body: {
        path,
        parameters: { ...options.parameters } as Record<string, never>,
        options: {
          cache: options.cache ?? true,
          from: options.from ?? null,
          only: options.only ?? null,
          base: options.base ?? null,
          parallel: options.parallel ?? null,
          snapshot: options.snapshotId ?? null,
          copyLimit: options.copyLimit ?? null
        }
      }
    });
    this.list.add(run);
    const live = this.get(run.id);
    this._started.emit(live);
    return live;
  }

  /** Runs a run's notebook again, with its values, on its snapshot. */
  async startAsItWas(id: string): Promise<LiveRun> {
    const { run } = await this.api.ask(runAsItWas, { ...about(id), body: {} });
    this.list.add(run);
    const live = this.get(run.id);
    this._started.emit(live);
    return live;
  }

  async cancel(id: string): Promise<void> {
    this.list.add((await this.api.ask(cancelRun, about(id))).run);
  }

  /** Goes on with what did not succeed. */
  async retry(id: string): Promise<void> {
    const live = this.get(id);
    if (live.state) {
      await live.retry();
    } else {
      await this.api.ask(retryRun, about(id));
    }
    this._started.emit(live);
  }

  async rename(id: string, title: string | null): Promise<void> {
    const { run } = await this.api.ask(renameRun, { ...about(id), body: { title } });
    this.live.get(id)?.heed(run);
    this.list.add(run);
  }

  /** What deleting the runs would free. */
  measure(ids: readonly string[]): Promise<{ files: number; bytes: number }> {
    return this.api.ask(measureRuns, { params: {}, query: {}, body: { runs: [...ids] } });
  }

  async delete(id: string): Promise<void> {
    await this.api.ask(deleteRun, about(id));
    this.live.get(id)?.dispose();
    this.live.delete(id);
    this.list.remove(id);
    this._deleted.emit(id);
  }

  /** Those that go on, newest first. */
  get active(): RunItem[] {
    return this.list.all.filter(({ state }) => !isOver(state));
  }

  /** What the latest run that a step took part in says of it; null where there is none. */
  statusOf({ panel, pipeline }: OpenNotebook, step: string): StepStatus | null {
    for (const item of this.list.of(panel.context.path).slice(0, LOOKED_AT)) {
      const { state, pipeline: ran } = this.get(item.id);
      const found = state && stepState(state, step);
      if (!found) return null;
      if (found.phase === 'skipped') {
        if (step === METRICS_STEP) return null;
        continue;
      }
      const now = pipeline.findings?.pipeline;
      if (isOver(item.state) && now && ran && isChanged(ran, now, step, pipeline.knowsModules)) {
        const text = this.trans.__('changed since run %1', item.number);
        return { icon: noneIcon, tone: 'quiet', text, short: this.trans.__('changed') };
      }
      return stepStatus(found, this.trans);
    }
    return null;
  }
}

const about = (run: string) => ({ params: { run }, query: {}, body: {} }) as const;
