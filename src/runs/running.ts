import type { RunItem } from '@chard/core/protocol/api';
import type { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { chardIcon } from '../icons';
import { addRunningList } from './runningList';
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
  const show = (run: RunItem): IRunningSessions.IRunningItem => ({
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
  const list = {
    name: trans.__('Pipeline runs'),
    running: () => loaded()?.active ?? [],
    show,
    stopAll: (runs: readonly RunItem[]) =>
      void commands.execute(CommandIds.cancelRun, { runs: runs.map(({ id }) => id) }),
    confirmation: trans.__('Are you sure you want to stop all pipeline runs?'),
    load
  };
  return addRunningList(managers, list, trans);
}
