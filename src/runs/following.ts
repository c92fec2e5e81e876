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
  /** What follows it now; null where nothing does. */
  private following: AbortController | null = null;
  private isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
  private _state: State | null = null;
  private _problem: string | null = null;
  private wait = FIRST_WAIT_MS;
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
    return this.following !== null;
  }

  /** Whether it was deleted, or never was. */
  get isGone(): boolean {
    return this._isGone;
  }

  /** Asks again from the beginning and at once: what an earlier question still gets for an answer is not heeded. */
  again(): void {
    if (this.isDisposed) return;
    this.following?.abort();
    this.following = new AbortController();
    void this.follow(this.following);
  }

  /** To be called when the list of its kind has changed: somebody may have gone on with what was over. */
  heedList(): void {
    if (this.following === null && this.goesOn()) this.again();
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
    this.isDisposed = true;
    this.following?.abort();
    Signal.clearData(this);
  }

  /** Asks for the state as it is now. `signal`: nobody waits for the answer any more. */
  protected abstract read(signal: AbortSignal): Promise<Known<State>>;

  /** The events after those that the state knows. */
  protected abstract events(state: State, signal: AbortSignal): AsyncIterable<Event>;

  protected abstract reduce(state: State, event: Event): State;

  private async follow(following: AbortController): Promise<void> {
    const { signal } = following;
    while (!(await this.followOnce(signal)) && !signal.aborted) await this.pause(signal);
    if (this.following === following) this.following = null;
  }

  /** True once there is nothing more to wait for. */
  private async followOnce(signal: AbortSignal): Promise<boolean> {
    try {
      const { state, isOver, problem = null } = await this.read(signal);
      if (signal.aborted) return true;
      this.update(state, problem);
      if (problem !== null) return false;
      if (!isOver) this.wait = FIRST_WAIT_MS;
      else if (!this.goesOn()) return true;
      for await (const event of this.events(state, signal)) {
        if (signal.aborted) return true;
        this.update(this.reduce(this._state!, event), null);
      }
      return false;
    } catch (error) {
      if (signal.aborted) return true;
      this._isGone = error instanceof ApiError && this.gone.has(error.code);
      if (this._isGone) this.following = null;
      this.update(this._state, error instanceof Error ? error.message : String(error));
      return this._isGone;
    }
  }

  /** Tells those who show it. */
  protected tell(): void {
    this._changed.emit();
  }

  private update(state: State | null, problem: string | null): void {
    this._state = state;
    this._problem = problem;
    this.tell();
  }

  private pause(signal: AbortSignal): Promise<void> {
    const { wait } = this;
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    return new Promise(resolve => {
      const timer = setTimeout(resolve, wait);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
    });
  }
}
