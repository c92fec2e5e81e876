import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { TEXT_DOMAIN } from '../commands';
import { IChardNotebooks, IChardStepStatus } from '../tokens';
import { Annotators } from './annotators';
import { addAnnotationCommands } from './commands';
import type { LinesMode } from './lines';

const PLUGIN_ID = 'jupyterlab-chard:annotation';

export const annotationPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'The line above each cell, the cell editor, and the keys that annotate.',
  autoStart: true,
  requires: [IChardNotebooks, IChardStepStatus],
  optional: [ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    status: IChardStepStatus,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const annotators = new Annotators(notebooks, status, trans);
    addAnnotationCommands(app.commands, annotators, trans, palette);
    void settings?.load(PLUGIN_ID).then(loaded => {
      const apply = (): void => {
        annotators.mode = loaded.composite.lines as LinesMode;
      };
      loaded.changed.connect(apply);
      apply();
    });
  }
};
