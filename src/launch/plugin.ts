import {
  ILabShell,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import type { compileNotebook } from '@chard/core/protocol/api';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { TEXT_DOMAIN } from '../commands';
import { IChardLaunch, IChardNotebooks, IChardPanel, type LaunchStage } from '../tokens';
import { addLaunchCommands } from './commands';
import { lazyHeader } from './lazyHeader';
import { Launches } from './launches';
import type { LaunchSettings } from './options';
import type { z } from 'zod';

const MEBIBYTE = 2 ** 20;
const PLUGIN_ID = 'jupyterlab-chard:launch';

export const launchPlugin: JupyterFrontEndPlugin<IChardLaunch> = {
  id: PLUGIN_ID,
  description: 'Brings a notebook’s pipeline to a target, by stages: saved, checked, compiled.',
  autoStart: true,
  provides: IChardLaunch,
  requires: [IChardNotebooks, IChardPanel],
  optional: [ILabShell, ISettingRegistry, IEditorServices, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    panel: IChardPanel,
    labShell: ILabShell | null,
    registry: ISettingRegistry | null,
    editors: IEditorServices | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands, serviceManager } = app;
    const launches = new Launches();
    const settings: LaunchSettings = {
      cache: true,
      parallel: null,
      snapshot: true,
      copyLimit: 1024 * MEBIBYTE
    };

    // What a stage does is loaded when it is first done.
    const first: Omit<LaunchStage, 'run'>[] = [
      { id: 'save', label: trans.__('Save'), rank: 10 },
      { id: 'validate', label: trans.__('Check'), rank: 20 },
      { id: 'compile', label: trans.__('Compile'), rank: 30 }
    ];
    for (const stage of first) {
      launches.addStage({
        ...stage,
        run: async context => {
          const { firstStages } = await import('./stages');
          const needs = { settings: serviceManager.serverSettings, panel, trans };
          return firstStages(needs)[stage.id as 'save' | 'validate' | 'compile'](context);
        }
      });
    }

    // What is compiled is a document: in Notebook 7, which shows its notebook alone, there is no place for it.
    const hasRoom = labShell !== null && editors !== null;
    const show = async (
      notebook: string,
      { files }: z.output<(typeof compileNotebook)['answer']>
    ): Promise<void> => {
      const { showCompiled } = await import('./compiled');
      for (const file of files) showCompiled({ app, editors: editors!, trans, notebook, file });
    };
    addLaunchCommands({
      app,
      notebooks,
      panel,
      launches,
      settings,
      trans,
      palette,
      show: hasRoom ? show : null
    });
    panel.addHeader({ rank: 10, component: lazyHeader({ launches, commands, trans }) });

    if (hasRoom) {
      launches.addTarget({
        id: 'kfp',
        label: trans.__('Kubeflow (compile only)'),
        rank: 50,
        action: trans.__('Compile'),
        caption: trans.__('Make the YAML that Kubeflow Pipelines takes, to be seen and saved')
      });
      launches.addStage({
        id: 'show',
        label: trans.__('Show'),
        rank: 90,
        targets: ['kfp'],
        run: async ({ notebook, results }) => {
          const compiled = results.get('compiled') as z.output<(typeof compileNotebook)['answer']>;
          await show(notebook.panel.context.path, compiled);
          return trans.__('Shown');
        }
      });
    }

    void registry?.load(PLUGIN_ID).then(loaded => {
      const apply = (): void => {
        settings.cache = loaded.composite.cache !== false;
        const { parallel, target } = loaded.composite;
        settings.snapshot = loaded.composite.snapshot !== false;
        const { copyLimit } = loaded.composite;
        if (typeof copyLimit === 'number') settings.copyLimit = copyLimit * MEBIBYTE;
        settings.parallel = typeof parallel === 'number' ? parallel : null;
        if (typeof target === 'string') launches.chooseTarget(target);
      };
      settings.saveTarget = target => {
        loaded.set('target', target).catch((error: Error) => Notification.error(error.message));
      };
      loaded.changed.connect(apply);
      apply();
    });
    return launches;
  }
};
