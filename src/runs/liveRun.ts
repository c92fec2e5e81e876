import type { Pipeline } from '@chard/core/pipeline';
import {
  cancelRun,
  followRun,
  getRun,
  getRunPipeline,
  retryRun,
  type RunItem
} from '@chard/core/protocol/api';
import { fromSnapshot, isOver, reduce, type RunEvent, type RunState } from '@chard/core/run';
import { signalToPromise } from '@jupyterlab/coreutils';
import type { ChardApi } from './api';
import { Following, type Known } from './following';

const GONE = new Set(['not-found', 'run-unknown']);

/** A run as its events tell it. */
export class LiveRun extends Following<RunState, RunEvent> {
  private _pipeline: Pipeline | null = null;
  private _item: RunItem | null = null;
  private _broken: string | null = null;

  constructor(
    readonly id: string,
    private readonly api: ChardApi,
    goesOn: () => boolean
  ) {
    super(GONE, goesOn);
    this.again();
  }

  /** As it ran. */
  get pipeline(): Pipeline | null {
    return this._pipeline;
  }

  /** As lists show it; null until it is known. */
  get item(): RunItem | null {
    return this._item;
  }

  /** Why the server gave it up without being able to write so; it goes on once that is over. */
  get broken(): string | null {
    return this._broken;
  }

  /** What is heard of it by another way than its events: they do not tell that it was renamed. */
  heed(item: RunItem): void {
    const isNews = item.title !== this._item?.title;
    this._item = item;
    if (isNews) this.tell();
  }

  async cancel(): Promise<void> {
    await this.api.ask(cancelRun, { params: { run: this.id }, query: {}, body: {} });
  }

  /** Goes on with what did not succeed; resolves once it is known how. */
  async retry(): Promise<void> {
    await this.api.ask(retryRun, { params: { run: this.id }, query: {}, body: {} });
    const read = signalToPromise(this.changed);
    this.again();
    await read;
  }

  protected async read(signal: AbortSignal): Promise<Known<RunState>> {
    const input = { params: { run: this.id }, query: {}, body: {} };
    const { run, snapshot, broken } = await this.api.look(getRun, input, signal);
    this._pipeline ??= (await this.api.look(getRunPipeline, input, signal)).pipeline;
    this._item = run;
    this._broken = broken?.message ?? null;
    return {
      state: fromSnapshot(snapshot),
      isOver: isOver(snapshot.phase),
      problem: this._broken
    };
  }

  protected events({ seq }: RunState, signal: AbortSignal): AsyncIterable<RunEvent> {
    const input = { params: { run: this.id }, query: { after: seq } };
    return this.api.follow(followRun, input, signal);
  }

  protected reduce(state: RunState, event: RunEvent): RunState {
    return reduce(state, event);
  }
}
