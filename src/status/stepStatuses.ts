import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IChardStepStatus, OpenNotebook, StepStatus } from '../tokens';

type Provider = (notebook: OpenNotebook, step: string) => StepStatus | null;

/** Asks the providers in the order in which they came. */
export class StepStatuses implements IChardStepStatus {
  private readonly providers = new Set<Provider>();
  private readonly _changed = new Signal<IChardStepStatus, void>(this);

  get changed(): ISignal<IChardStepStatus, void> {
    return this._changed;
  }

  provide(of: Provider): IDisposable {
    this.providers.add(of);
    this.notify();
    return new DisposableDelegate(() => {
      this.providers.delete(of);
      this.notify();
    });
  }

  statusOf(notebook: OpenNotebook, step: string): StepStatus | null {
    for (const provider of this.providers) {
      const status = provider(notebook, step);
      if (status) return status;
    }
    return null;
  }

  notify(): void {
    this._changed.emit();
  }
}
