import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { LastingNotification } from '../runs/lastingNotification';
import type { Notice } from '../runs/notice';
import type { Experiments } from './experiments';
import { experimentNotice } from './notice';

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
    const notification = new LastingNotification(Notification);
    const tell = (): void => {
      const item = experiments.list.get(experiment);
      if (!item) return;
      const notice = experimentNotice(item, trans);
      // The server goes on by itself with what was cut off.
      if (!notice.goesOn && item.state !== 'interrupted') {
        experiments.changed.disconnect(tell);
        followed.delete(experiment);
      }
      notification.tell(notice, actions(experiment, notice), isSeen(experiment));
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
