import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { annotationPlugin } from './annotation/plugin';
import { notebooksPlugin } from './notebooks/plugin';
import { stepStatusPlugin } from './status/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  notebooksPlugin,
  stepStatusPlugin,
  annotationPlugin
];

export default plugins;
