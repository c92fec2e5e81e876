import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN, describedBy } from '../commands';
import { chardIcon } from '../icons';
import { IChardPanel } from '../tokens';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

export const examplePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:example',
  description:
    'Opens notebooks as pipelines: an example from the launcher, others from the file browser.',
  autoStart: true,
  requires: [IChardPanel],
  optional: [ILauncher, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IChardPanel,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands, serviceManager } = app;

    commands.addCommand(CommandIds.openExample, {
      label: args =>
        args.isPalette ? trans.__('Open the Chard Example') : trans.__('Chard example'),
      caption: trans.__(
        'A copy of a notebook that is a pipeline: two models of handwritten digits'
      ),
      icon: chardIcon,
      describedBy: takes('openExample'),
      execute: async args => {
        const { copyExample } = await import('./copy');
        try {
          const folder = typeof args.cwd === 'string' ? args.cwd : '';
          const path = await copyExample(serviceManager.contents, folder);
          const opened: unknown = await commands.execute('docmanager:open', { path });
          panel.reveal('graph');
          return opened;
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          Notification.error(trans.__('The example could not be copied here: %1', why));
          return null;
        }
      }
    });

    commands.addCommand(CommandIds.openAsPipeline, {
      label: trans.__('Open as Pipeline'),
      icon: chardIcon,
      describedBy: takes('openAsPipeline'),
      execute: async ({ path }) => {
        if (typeof path === 'string') await commands.execute('docmanager:open', { path });
        else await commands.execute('filebrowser:open');
        panel.reveal();
      }
    });

    launcher?.add({ command: CommandIds.openExample, category: trans.__('Other'), rank: 5 });
    palette?.addItem({
      command: CommandIds.openExample,
      category: trans.__('Pipeline'),
      args: { isPalette: true }
    });
  }
};
