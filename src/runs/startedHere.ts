import type { IStateDB } from '@jupyterlab/statedb';

const KEY = 'jupyterlab-chard:started-runs';

/** The runs that were started in this workspace and of which nobody has been told yet what came of them; a reload keeps them. */
export class StartedHere {
  private readonly ids = new Set<string>();
  private saving: Promise<void> = Promise.resolve();

  constructor(private readonly state: IStateDB) {}

  /** Those that were there before the page was loaded. */
  async restore(): Promise<string[]> {
    const saved = (await this.state.fetch(KEY)) as { readonly ids?: unknown } | undefined;
    const ids = Array.isArray(saved?.ids) ? saved.ids.filter(id => typeof id === 'string') : [];
    for (const id of ids) this.ids.add(id);
    return ids;
  }

  add(run: string): void {
    if (this.ids.has(run)) return;
    this.ids.add(run);
    this.save();
  }

  remove(run: string): void {
    if (this.ids.delete(run)) this.save();
  }

  /** Resolves once all is saved. */
  get saved(): Promise<void> {
    return this.saving;
  }

  private save(): void {
    const write = () => this.state.save(KEY, { ids: [...this.ids] });
    // One that fails does not keep the next from being tried.
    this.saving = this.saving.then(write, write);
  }
}
