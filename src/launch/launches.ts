import type { NotebookPanel } from '@jupyterlab/notebook';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type {
  IChardLaunch,
  LaunchOptions,
  LaunchStage,
  LaunchTarget,
  OpenNotebook
} from '../tokens';
import { Launch } from './launch';

/** The stages and targets that features have added, and the last launch of each notebook. */
export class Launches implements IChardLaunch {
  private stages: readonly LaunchStage[] = [];
  private allTargets: readonly LaunchTarget[] = [];
  private chosen: string | null = null;
  private readonly last = new WeakMap<NotebookPanel, Launch>();
  private readonly _changed = new Signal<IChardLaunch, void>(this);

  get changed(): ISignal<IChardLaunch, void> {
    return this._changed;
  }

  get targets(): readonly LaunchTarget[] {
    return this.allTargets.filter(({ insteadOf }) => !insteadOf);
  }

  get target(): LaunchTarget | null {
    const { targets } = this;
    return targets.find(({ id }) => id === this.chosen) ?? targets[0] ?? null;
  }

  targetOf(notebook: OpenNotebook): LaunchTarget | null {
    const { target } = this;
    const other = this.allTargets.find(
      ({ insteadOf }) => insteadOf?.target === target?.id && insteadOf?.when(notebook)
    );
    return other ?? target;
  }

  chooseTarget(id: string): void {
    if (this.chosen === id) return;
    this.chosen = id;
    this._changed.emit();
  }

  addStage(stage: LaunchStage): IDisposable {
    if (this.stages.some(({ id }) => id === stage.id)) {
      throw new Error(`There is a stage "${stage.id}" already.`);
    }
    this.stages = byRank([...this.stages, stage]);
    this._changed.emit();
    return new DisposableDelegate(() => {
      this.stages = this.stages.filter(each => each !== stage);
      this._changed.emit();
    });
  }

  addTarget(target: LaunchTarget): IDisposable {
    if (this.allTargets.some(({ id }) => id === target.id)) {
      throw new Error(`There is a target "${target.id}" already.`);
    }
    this.allTargets = byRank([...this.allTargets, target]);
    this._changed.emit();
    return new DisposableDelegate(() => {
      this.allTargets = this.allTargets.filter(each => each !== target);
      this._changed.emit();
    });
  }

  /** The last launch of a notebook; null where there was none, or it was put away. */
  of({ panel }: OpenNotebook): Launch | null {
    return this.last.get(panel) ?? null;
  }

  /** Takes what came of a launch that is over from the screen. */
  putAway({ panel }: OpenNotebook): void {
    if (this.last.get(panel)?.isOver) this.last.delete(panel);
    this._changed.emit();
  }

  /**
   * Goes through the stages of a target; resolves when all are through, or one failed. While a notebook is on its way
   * already, that is the one it resolves with.
   * @param until the last stage; without it, all
   */
  async start(
    notebook: OpenNotebook,
    options: LaunchOptions = {},
    targetId?: string,
    until?: string
  ): Promise<Launch> {
    const running = this.of(notebook);
    if (running && !running.isOver) {
      await ended(running);
      return running;
    }
    const target =
      targetId === undefined
        ? this.targetOf(notebook)
        : this.allTargets.find(({ id }) => id === targetId);
    if (!target) throw new Error(`There is no target "${targetId ?? ''}".`);
    const all = this.stages.filter(({ targets }) => targets?.includes(target.id) ?? true);
    const last = all.findIndex(({ id }) => id === until);
    const stages = last === -1 ? all : all.slice(0, last + 1);
    const launch = new Launch(notebook, target, options, stages);
    this.last.set(notebook.panel, launch);
    launch.changed.connect(() => this._changed.emit());
    await launch.run();
    return launch;
  }
}

function byRank<Item extends { readonly rank: number }>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => a.rank - b.rank);
}

function ended(launch: Launch): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (!launch.isOver) return;
      launch.changed.disconnect(look);
      resolve();
    };
    launch.changed.connect(look);
  });
}
