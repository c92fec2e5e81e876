import type { ExperimentItem } from '@chard/core/protocol/api';
import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { CommandIds } from '../commands';
import { tuneIcon } from '../icons';
import type { Experiments } from './experiments';
import { outcomeInWords } from './sentences';

interface Needs {
  readonly managers: IRunningSessionManagers;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Experiments>;
  readonly loaded: () => Experiments | null;
}

/** Lists the experiments that go on in JupyterLab's panel of what is running, each with Stop. */
export function addRunningExperiments({ managers, commands, trans, load, loaded }: Needs): {
  changed: () => void;
} {
  const runningChanged = new Signal<object, void>({});
  const stop = ({ id }: ExperimentItem): void =>
    void commands.execute(CommandIds.stopExperiment, { experiment: id, trials: 'cancel' });
  const item = (experiment: ExperimentItem): IRunningSessions.IRunningItem => ({
    icon: () => tuneIcon,
    label: () => experiment.name,
    labelTitle: () => experiment.notebook,
    detail: () => outcomeInWords(experiment, trans),
    open: () => void commands.execute(CommandIds.openExperiment, { experiment: experiment.id }),
    shutdown: () => stop(experiment)
  });
  const running = (): ExperimentItem[] => loaded()?.active ?? [];
  managers.add({
    name: trans.__('Experiments'),
    supportsMultipleViews: false,
    running: () => running().map(item),
    shutdownAll: () => running().forEach(stop),
    // The panel asks when it is shown: from then on the list is followed.
    refreshRunning: () => void load(),
    runningChanged,
    shutdownLabel: trans.__('Stop'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: trans.__('Are you sure you want to stop all experiments?')
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
