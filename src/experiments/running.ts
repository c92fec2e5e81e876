import type { ExperimentItem } from '@chard/core/protocol/api';
import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { tuneIcon } from '../icons';
import { addRunningList } from '../runs/runningList';
import type { Experiments } from './experiments';

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
  const stop = ({ id }: ExperimentItem): void =>
    void commands.execute(CommandIds.stopExperiment, { experiment: id, trials: 'cancel' });
  const show = (experiment: ExperimentItem): IRunningSessions.IRunningItem => ({
    icon: () => tuneIcon,
    label: () => experiment.name,
    labelTitle: () => experiment.notebook,
    detail: () => loaded()?.inWords(experiment) ?? '',
    open: () => void commands.execute(CommandIds.openExperiment, { experiment: experiment.id }),
    shutdown: () => stop(experiment)
  });
  const list = {
    name: trans.__('Experiments'),
    running: () => loaded()?.active ?? [],
    show,
    stopAll: (experiments: readonly ExperimentItem[]) => experiments.forEach(stop),
    confirmation: trans.__('Are you sure you want to stop all experiments?'),
    load
  };
  return addRunningList(managers, list, trans);
}
