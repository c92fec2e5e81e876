import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

/** A section of JupyterLab's panel of what is running. */
export interface RunningList<Item> {
  readonly name: string;
  /** Those that go on, as far as they are known. */
  readonly running: () => readonly Item[];
  readonly show: (item: Item) => IRunningSessions.IRunningItem;
  readonly stopAll: (items: readonly Item[]) => void;
  /** Asked before all are stopped. */
  readonly confirmation: string;
  /** Asks the server for them: from then on they are followed. */
  readonly load: () => Promise<unknown>;
}

/** Lists what goes on, each with Stop. */
export function addRunningList<Item>(
  managers: IRunningSessionManagers,
  list: RunningList<Item>,
  trans: TranslationBundle
): { changed: () => void } {
  const runningChanged = new Signal<object, void>({});
  managers.add({
    name: list.name,
    supportsMultipleViews: false,
    running: () => list.running().map(list.show),
    shutdownAll: () => list.stopAll(list.running()),
    // The panel asks when it is shown.
    refreshRunning: () => void list.load(),
    runningChanged,
    shutdownLabel: trans.__('Stop'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: list.confirmation
  });
  let told = '';
  return {
    changed: () => {
      const now = JSON.stringify(list.running());
      if (now === told) return;
      told = now;
      runningChanged.emit();
    }
  };
}
