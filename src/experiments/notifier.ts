import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import type { Notice } from '../runs/notice';
import type { Experiments } from './experiments';
import { experimentNotice } from './notice';

/** A notification shows itself so long; after that it is kept in JupyterLab's list of them. */
const SHOWN_MS = 5_000;
/** Changed in the list, without showing itself again. */
const SILENTLY = 0;

interface Needs {
  readonly experiments: Experiments;
  readonly commands: CommandRegistry;
  /** Whether a person sees the experiment already. */
  readonly isSeen: (experiment: string) => boolean;
  readonly trans: TranslationBundle;
}

/** One notification for each experiment that is started here, the same from its start to its end. */
export function notifyOfExperiments({ experiments, commands, isSeen, trans }: Needs): void {
  const followed = new Set<string>();
  experiments.started.connect((_, { id }) => follow(id));

  function follow(experiment: string): void {
    if (followed.has(experiment)) return;
    followed.add(experiment);
    let id: string | null = null;
    let said = '';
    const tell = (): void => {
      const item = experiments.list.get(experiment);
      if (!item) return;
      const notice = experimentNotice(item, trans);
      const { message, type, goesOn } = notice;
      if (!goesOn) {
        experiments.changed.disconnect(tell);
        followed.delete(experiment);
      }
      if (message === said) return;
      said = message;
      const options = { actions: actions(experiment, notice) };
      if (isSeen(experiment)) {
        // An experiment that is on the screen says it there.
        if (id !== null && !goesOn) Notification.dismiss(id);
        else if (id !== null) Notification.update({ id, message, autoClose: SILENTLY, ...options });
      } else if (id === null) {
        id = Notification.emit(message, type, { autoClose: SHOWN_MS, ...options });
      } else {
        const autoClose = goesOn ? SILENTLY : SHOWN_MS;
        Notification.update({ id, message, type, autoClose, ...options });
      }
    };
    experiments.changed.connect(tell);
    tell();
  }

  function actions(experiment: string, { goesOn }: Notice): Notification.IAction[] {
    const open = {
      label: trans.__('Open'),
      callback: () => void commands.execute(CommandIds.openExperiment, { experiment })
    };
    const stop = {
      label: trans.__('Stop early'),
      callback: (event: MouseEvent) => {
        // The notification stays: it tells when the experiment has ended.
        event.preventDefault();
        void commands.execute(CommandIds.stopExperiment, { experiment });
      }
    };
    return goesOn ? [open, stop] : [open];
  }
}
