import type { RunItem } from '@chard/core/protocol/api';
import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { CommandIds } from '../commands';
import { chardIcon } from '../icons';
import type { Runs } from './runs';

interface Needs {
  readonly managers: IRunningSessionManagers;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Runs>;
  readonly loaded: () => Runs | null;
}

/** Lists the runs that go on in JupyterLab's panel of what is running, each with Stop. */
export function addRunningRuns({ managers, commands, trans, load, loaded }: Needs): {
  changed: () => void;
} {
  const owner = {};
  const runningChanged = new Signal<object, void>(owner);
  const item = (run: RunItem): IRunningSessions.IRunningItem => ({
    icon: () => chardIcon,
    label: () =>
      run.title === null
        ? trans.__('%1 · run %2', run.pipeline, run.number)
        : trans.__('%1 · %2', run.pipeline, run.title),
    labelTitle: () => run.notebook,
    detail: () => (run.cancelling ? trans.__('cancelling') : ''),
    open: () => void commands.execute(CommandIds.openRun, { run: run.id }),
    shutdown: () => void commands.execute(CommandIds.cancelRun, { run: run.id })
  });
  const running = (): RunItem[] => loaded()?.active ?? [];
  managers.add({
    name: trans.__('Pipeline runs'),
    supportsMultipleViews: false,
    running: () => running().map(item),
    shutdownAll: () =>
      void commands.execute(CommandIds.cancelRun, { runs: running().map(({ id }) => id) }),
    // The panel asks when it is shown: from then on the list is followed.
    refreshRunning: () => void load(),
    runningChanged,
    shutdownLabel: trans.__('Stop'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: trans.__('Are you sure you want to stop all pipeline runs?')
  });
  let told = '';
  return {
    changed: () => {
      const now = JSON.stringify(running());
      if (now === told) return;
      told = now;
      runningChanged.emit();
    }
  };
}
