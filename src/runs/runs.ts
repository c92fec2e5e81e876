import { METRICS_STEP } from '@chard/core/pipeline';
import { startRun } from '@chard/core/protocol/api';
import { stepState } from '@chard/core/run';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import type { OpenNotebook, StepStatus } from '../tokens';
import { ApiError, ChardApi } from './api';
import { LiveRun } from './liveRun';
import { RunList } from './runList';
import { stepStatus } from './words';

export interface RunChoice {
  /** Run this step and those below it, or this one alone; the rest is taken from earlier results. */
  readonly from?: string;
  readonly only?: string;
  readonly cache?: boolean;
}

/** The runs that this page shows or starts: one live run for each id, one list for all. */
export class Runs {
  readonly api: ChardApi;
  readonly list: RunList;
  private readonly live = new Map<string, LiveRun>();
  private readonly _changed = new Signal<this, void>(this);

  constructor(
    settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle
  ) {
    this.api = new ChardApi(settings);
    this.list = new RunList(this.api);
    this.list.changed.connect(() => this._changed.emit());
  }

  /** When the list or a run that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The run, followed from now on. */
  get(id: string): LiveRun {
    let run = this.live.get(id);
    if (!run) {
      run = new LiveRun(id, this.api);
      run.changed.connect(() => this._changed.emit());
      this.live.set(id, run);
    }
    return run;
  }

  /** Saves the notebook and starts a run of it. Throws an `ApiError` where the server does not. */
  async start({ panel }: OpenNotebook, choice: RunChoice = {}): Promise<LiveRun> {
    const { context } = panel;
    if (context.model.dirty) await context.save();
    if (context.model.dirty) {
      throw new ApiError('not-saved', this.trans.__('The notebook could not be saved.'));
    }
    const { run } = await this.api.ask(startRun, {
      params: {},
      query: {},
      body: {
        path: context.contentsModel?.path ?? context.path,
        parameters: {},
        options: {
          cache: choice.cache ?? true,
          from: choice.from ?? null,
          only: choice.only ?? null
        }
      }
    });
    this.list.add(run);
    return this.get(run.id);
  }

  /** What the latest run of the notebook says of a step; null where there is none. */
  statusOf({ panel }: OpenNotebook, step: string): StepStatus | null {
    const [latest] = this.list.of(panel.context.path);
    if (!latest) return null;
    const { state } = this.get(latest.id);
    const found = state && stepState(state, step);
    if (!found || (step === METRICS_STEP && found.phase === 'skipped')) return null;
    return stepStatus(found, this.trans);
  }
}
