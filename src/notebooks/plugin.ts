import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IChardNotebooks } from '../tokens';
import { Notebooks } from './notebooks';

export const notebooksPlugin: JupyterFrontEndPlugin<IChardNotebooks> = {
  id: 'jupyterlab-chard:notebooks',
  description: 'Keeps the pipeline of each open notebook up to date.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: IChardNotebooks,
  activate: ({ serviceManager }: JupyterFrontEnd, tracker: INotebookTracker) =>
    new Notebooks(tracker, serviceManager)
};
