import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import type { RunList } from './runList';

/** How long the good news stays. */
const SHOWN_MS = 5_000;

/**
 * One notification as long as nothing can be kept or read, since nothing else on the screen may show it: the store was removed,
 * its disk is gone. The list of runs says what and what to do: JupyterLab cuts notifications short.
 */
export function notifyOfStore(
  list: RunList,
  commands: CommandRegistry,
  trans: TranslationBundle
): void {
  let shown: string | null = null;
  list.changed.connect(() => {
    if (list.problemCode?.startsWith('store-')) {
      shown ??= Notification.error(
        trans.__('Runs can be neither kept nor read: the store is not usable.'),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('What to do'),
              callback: () => void commands.execute(CommandIds.showPanel, { section: 'runs' })
            }
          ]
        }
      );
    } else if (shown !== null && list.problem === null) {
      const message = trans.__('Runs can be kept and read again.');
      Notification.update({
        id: shown,
        message,
        type: 'success',
        autoClose: SHOWN_MS,
        actions: []
      });
      shown = null;
    }
  });
}
