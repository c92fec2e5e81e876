import { Signal, type ISignal } from '@lumino/signaling';
import { ApiError } from './api';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** A state as it is now, and whether more will come. */
export interface Known<State> {
  readonly state: State;
  /** What the server says is wrong; while there is something, it is asked again. */
  readonly problem?: string | null;
  readonly isOver: boolean;
}

/**
 * Something on the server as its events tell it. When the connection is lost it asks again for what came after the last
 * event it knows, by itself, until it is over. Those who extend it begin with `again`.
 */
export abstract class Following<State, Event> {
  protected readonly end = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private _state: State | null = null;
  private _problem: string | null = null;
  private wait = FIRST_WAIT_MS;
  private following = false;
  private _isGone = false;

  /**
   * @param gone codes of errors that mean that it was deleted or never was: asking again does not help
   * @param goesOn whether the list of its kind says that it goes on: what was read as over may have been read just before
   *   somebody went on with it
   */
  constructor(
    private readonly gone: ReadonlySet<string>,
    private readonly goesOn: () => boolean
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Null until it is known. */
  get state(): State | null {
    return this._state;
  }

  /** Why what is shown may be old; null while all is well. */
  get problem(): string | null {
    return this._problem;
  }

  /** Whether it asks again by itself; not where it is over or gone. */
  get retrying(): boolean {
    return this.following;
  }

  /** Whether it was deleted, or never was. */
  get isGone(): boolean {
    return this._isGone;
  }

  /** Asks again, where it does not by itself. */
  again(): void {
    void this.follow();
  }

  /** To be called when the list of its kind has changed: somebody may have gone on with what was over. */
  heedList(): void {
    if (!this.following && this.goesOn()) this.again();
  }

  /** This once its state is known. Rejects where that cannot be had. */
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

  dispose(): void {
    this.end.abort();
    Signal.clearData(this);
  }

  /** Asks for the state as it is now. */
  protected abstract read(): Promise<Known<State>>;

  /** The events after those that the state knows. */
  protected abstract events(state: State): AsyncIterable<Event>;

  protected abstract reduce(state: State, event: Event): State;

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
    try {
      const { state, isOver, problem = null } = await this.read();
      this.update(state, problem);
      if (problem !== null) return false;
      if (!isOver) this.wait = FIRST_WAIT_MS;
      else if (!this.goesOn()) return true;
      for await (const event of this.events(state)) {
        this.update(this.reduce(this._state!, event), null);
      }
      return false;
    } catch (error) {
      if (this.end.signal.aborted) return true;
      this._isGone = error instanceof ApiError && this.gone.has(error.code);
      this.following = !this._isGone;
      this.update(this._state, error instanceof Error ? error.message : String(error));
      return this._isGone;
    }
  }

  private update(state: State | null, problem: string | null): void {
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
