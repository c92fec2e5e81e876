import type { RunItem } from '@chard/core/protocol/api';
import type { Contents } from '@jupyterlab/services';
import type { IStateDB } from '@jupyterlab/statedb';
import { Signal, type ISignal } from '@lumino/signaling';
import { z } from 'zod';

const KEY = 'jupyterlab-chard:moves';
/** Older ones are forgotten: runs then stand under the path that they ran with. */
const MOST = 500;

/** A file or folder that was renamed or moved; `at` is milliseconds since 1970. */
const Move = z.object({ from: z.string(), to: z.string(), at: z.number() });
type Move = z.infer<typeof Move>;

/**
 * Where a notebook is now that was at `path` at a time. A record keeps the path that a run began with; what was moved since,
 * with its folder or by itself, is followed.
 */
export function pathAfter(moves: readonly Move[], path: string, since: number): string {
  let now = path;
  for (const { from, to, at } of moves) {
    if (at < since) continue;
    if (now === from) now = to;
    else if (now.startsWith(`${from}/`)) now = to + now.slice(from.length);
  }
  return now;
}

/** The renames and moves made in JupyterLab, kept with its workspace. */
export class Moves {
  private readonly _changed = new Signal<this, void>(this);
  private moves: Move[] = [];
  private saving: Promise<void>;

  constructor(
    contents: Contents.IManager,
    private readonly state: IStateDB | null
  ) {
    this.saving = this.restore();
    contents.fileChanged.connect((_, { type, oldValue, newValue }) => {
      if (type === 'rename' && oldValue?.path && newValue?.path) {
        this.add({ from: oldValue.path, to: newValue.path, at: Date.now() });
      }
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The path below Jupyter's root of the notebook that a run or an experiment is of, as far as is known. */
  pathOf({ notebook, createdAt }: Pick<RunItem, 'notebook' | 'createdAt'>): string {
    return pathAfter(this.moves, notebook, createdAt);
  }

  /** Resolves once all is read and saved. */
  get saved(): Promise<void> {
    return this.saving;
  }

  private add(move: Move): void {
    this.moves = [...this.moves, move].slice(-MOST);
    this._changed.emit();
    const write = () => this.state?.save(KEY, { moves: this.moves });
    // One that fails does not keep the next from being tried.
    this.saving = this.saving.then(write, write);
  }

  private async restore(): Promise<void> {
    const saved = z.object({ moves: z.array(Move) }).safeParse(await this.state?.fetch(KEY));
    if (!saved.success) return;
    this.moves = [...saved.data.moves, ...this.moves];
    this._changed.emit();
  }
}
