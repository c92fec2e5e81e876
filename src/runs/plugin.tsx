import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN } from '../commands';
import { addRunComparison } from '../compare/commands';
import { playIcon } from '../icons';
import { IChardNotebooks, IChardPanel, IChardStepStatus } from '../tokens';
import { addRunDocument } from './document/commands';
import { runHeader } from './header';
import type { RunChoice, Runs } from './runs';

export const runsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:runs',
  description: 'Runs pipelines and shows their runs.',
  autoStart: true,
  requires: [IChardNotebooks, IChardPanel, IChardStepStatus, IRenderMimeRegistry],
  optional: [ILayoutRestorer, IRouter, ICommandPalette, IEditorLanguageRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    panel: IChardPanel,
    status: IChardStepStatus,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    palette: ICommandPalette | null,
    languages: IEditorLanguageRegistry | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands } = app;

    let loading: Promise<Runs> | null = null;
    /** The code for runs, and the connection to the server: from the first run or opened panel on. */
    const load = (): Promise<Runs> => {
      loading ??= import('./runs').then(({ Runs }) => {
        const runs = new Runs(app.serviceManager.serverSettings, trans);
        status.provide((open, step) => runs.statusOf(open, step));
        runs.changed.connect(() => status.notify());
        return runs;
      });
      return loading;
    };

    commands.addCommand(CommandIds.run, {
      label: trans.__('Compile and Run'),
      caption: trans.__('Save the notebook, make its pipeline and run it'),
      icon: playIcon,
      isEnabled: () => notebooks.current?.pipeline.isAnnotated ?? false,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            from: { type: 'string', description: 'Run this step and those below it.' },
            only: { type: 'string', description: 'Run this step alone.' },
            cache: { type: 'boolean', description: 'Whether earlier results may be reused.' }
          }
        }
      },
      execute: async args => {
        const { current } = notebooks;
        if (!current) return null;
        const runs = await load();
        try {
          const run = await runs.start(current, args as RunChoice);
          await commands.execute(CommandIds.openRun, { run: run.id });
          return run.id;
        } catch (error) {
          report(error, panel, trans);
          return null;
        }
      }
    });

    addRunDocument({
      app,
      notebooks,
      rendermime,
      languages,
      restorer,
      router,
      trans,
      load,
      report: error => report(error, panel, trans)
    });
    addRunComparison({ app, restorer, trans, load });

    const refresh = (): void => commands.notifyCommandChanged(CommandIds.run);
    notebooks.currentChanged.connect(refresh);
    notebooks.opened.connect((_, { pipeline }) => void pipeline.changed.connect(refresh));

    panel.addHeader({ rank: 10, component: runHeader(commands, trans) });
    panel.addSection({
      id: 'runs',
      title: trans.__('Runs'),
      rank: 90,
      load: async () => {
        const [runs, { runsSection }] = await Promise.all([load(), import('./section')]);
        return runsSection(runs, commands, trans);
      }
    });
    palette?.addItem({ command: CommandIds.run, category: trans.__('Pipeline') });
  }
};

/** A run that did not start: what is wrong with the notebook is shown where it can be repaired. */
function report(error: unknown, panel: IChardPanel, trans: TranslationBundle): void {
  const { message, code } = error as { message: string; code?: string };
  if (code === 'notebook-has-errors') {
    panel.reveal('problems');
    Notification.error(trans.__('The notebook has errors: repair them, then run it.'), {
      autoClose: 8000
    });
    return;
  }
  Notification.error(trans.__('The run did not start: %1', message), { autoClose: false });
}
