import type { Pipeline } from '@chard/core/pipeline';
import {
  cancelRun,
  followRun,
  getRun,
  getRunPipeline,
  retryRun,
  type RunItem
} from '@chard/core/protocol/api';
import { fromSnapshot, isOver, reduce, type RunState } from '@chard/core/run';
import { Signal, type ISignal } from '@lumino/signaling';
import { ApiError, type ChardApi } from './api';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The run was deleted, or never was: asking again does not help. */
const GONE = new Set(['not-found', 'run-unknown']);

/**
 * A run as its events tell it. When the connection is lost it asks again for what came after the last event it knows,
 * by itself, until the run is over.
 */
export class LiveRun {
  private readonly _changed = new Signal<this, void>(this);
  private readonly end = new AbortController();
  private _state: RunState | null = null;
  private _pipeline: Pipeline | null = null;
  private _item: RunItem | null = null;
  private _problem: string | null = null;
  private wait = FIRST_WAIT_MS;
  private following = false;

  constructor(
    readonly id: string,
    private readonly api: ChardApi
  ) {
    void this.follow();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Null until it is known. */
  get state(): RunState | null {
    return this._state;
  }

  /** As it ran. */
  get pipeline(): Pipeline | null {
    return this._pipeline;
  }

  /** As lists show it; null until it is known. */
  get item(): RunItem | null {
    return this._item;
  }

  /** Why what is shown may be old; null while all is well. */
  get problem(): string | null {
    return this._problem;
  }

  /** Whether it asks again by itself; not where the run is over or gone. */
  get retrying(): boolean {
    return this.following;
  }

  /** Asks again, where it does not by itself. */
  again(): void {
    void this.follow();
  }

  /** This run once its state is known. Rejects where that cannot be had. */
  known(): Promise<this> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this._state && this._problem === null) return;
        this._changed.disconnect(look);
        if (this._state) resolve(this);
        else reject(new Error(this._problem!));
      };
      this._changed.connect(look);
      look();
    });
  }

  async cancel(): Promise<void> {
    await this.api.ask(cancelRun, { params: { run: this.id }, query: {}, body: {} });
  }

  /** Goes on with what did not succeed. */
  async retry(): Promise<void> {
    await this.api.ask(retryRun, { params: { run: this.id }, query: {}, body: {} });
    void this.follow();
  }

  dispose(): void {
    this.end.abort();
    Signal.clearData(this);
  }

  private async follow(): Promise<void> {
    if (this.following) return;
    this.following = true;
    while (!this.end.signal.aborted && !(await this.followOnce())) {
      await this.pause();
    }
    this.following = false;
  }

  /** True once there is nothing more to wait for. */
  private async followOnce(): Promise<boolean> {
    const params = { run: this.id };
    try {
      const { run, snapshot } = await this.api.ask(getRun, { params, query: {}, body: {} });
      this._item = run;
      this._pipeline ??= (
        await this.api.ask(getRunPipeline, { params, query: {}, body: {} })
      ).pipeline;
      this.update(fromSnapshot(snapshot), null);
      this.wait = FIRST_WAIT_MS;
      if (isOver(snapshot.phase)) return true;
      const query = { after: snapshot.seq };
      for await (const event of this.api.follow(followRun, { params, query }, this.end.signal)) {
        this.update(reduce(this._state!, event), null);
      }
      return false;
    } catch (error) {
      if (this.end.signal.aborted) return true;
      const gone = error instanceof ApiError && GONE.has(error.code);
      this.following = !gone;
      this.update(this._state, error instanceof Error ? error.message : String(error));
      return gone;
    }
  }

  private update(state: RunState | null, problem: string | null): void {
    this._state = state;
    this._problem = problem;
    this._changed.emit();
  }

  private pause(): Promise<void> {
    const { wait } = this;
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    return new Promise(resolve => {
      const timer = setTimeout(resolve, wait);
      this.end.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
    });
  }
}
