import { Signal, type ISignal } from '@lumino/signaling';
import {
  LaunchFailure,
  type LaunchAdvice,
  type LaunchOptions,
  type LaunchStage,
  type LaunchTarget,
  type OpenNotebook
} from '../tokens';

export type StagePhase = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** A stage as it is shown. */
export interface StageState {
  readonly id: string;
  readonly phase: StagePhase;
  /** What is to be done, is being done, or was done. */
  readonly text: string;
}

export interface LaunchProblem {
  readonly message: string;
  readonly advice: readonly LaunchAdvice[];
  /** The panel's section that tells more. */
  readonly section?: string | undefined;
}

/** One way through the stages, each after the one before; what fails or is cancelled ends it. */
export class Launch {
  /** What stages leave for later ones and for the target's outcome. */
  readonly results = new Map<string, unknown>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly end = new AbortController();
  private _states: readonly StageState[];
  private _problem: LaunchProblem | null = null;
  private _isOver = false;

  constructor(
    readonly notebook: OpenNotebook,
    readonly target: LaunchTarget,
    readonly options: LaunchOptions,
    private readonly stages: readonly LaunchStage[]
  ) {
    this._states = stages.map(({ id, label }) => ({ id, phase: 'waiting', text: label }));
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get states(): readonly StageState[] {
    return this._states;
  }

  /** What went wrong; null while nothing has. */
  get problem(): LaunchProblem | null {
    return this._problem;
  }

  get isOver(): boolean {
    return this._isOver;
  }

  get succeeded(): boolean {
    return this._isOver && this._states.every(({ phase }) => phase === 'done');
  }

  /** Runs the stages. Never rejects: `problem` tells. */
  async run(): Promise<void> {
    for (const [at, stage] of this.stages.entries()) {
      if (!(await this.runStage(at, stage))) break;
    }
    this._isOver = true;
    this._changed.emit();
  }

  /** Ends it after what cannot be broken off. */
  cancel(): void {
    this.end.abort(new Error('cancelled'));
  }

  /** True where the next stage may begin. */
  private async runStage(at: number, stage: LaunchStage): Promise<boolean> {
    const { signal } = this.end;
    const { notebook, target, options, results } = this;
    if (signal.aborted) {
      this.set(at, 'cancelled', stage.label);
      return false;
    }
    this.set(at, 'running', stage.label);
    try {
      const text = await stage.run({
        notebook,
        target: target.id,
        options,
        signal,
        results,
        progress: said => {
          if (this._states[at]!.phase === 'running') this.set(at, 'running', said);
        }
      });
      this.set(at, 'done', text);
      return true;
    } catch (error) {
      if (signal.aborted) {
        this.set(at, 'cancelled', stage.label);
        return false;
      }
      this._problem = {
        message: error instanceof Error ? error.message : String(error),
        advice: error instanceof LaunchFailure ? error.advice : [],
        section: error instanceof LaunchFailure ? error.section : undefined
      };
      this.set(at, 'failed', stage.label);
      return false;
    }
  }

  private set(at: number, phase: StagePhase, text: string): void {
    this._states = this._states.with(at, { ...this._states[at]!, phase, text });
    this._changed.emit();
  }
}
