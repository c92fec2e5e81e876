import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { annotationPlugin } from './annotation/plugin';
import { examplePlugin } from './example/plugin';
import { experimentsPlugin } from './experiments/plugin';
import { graphPlugin } from './graph/plugin';
import { launchPlugin } from './launch/plugin';
import { notebooksPlugin } from './notebooks/plugin';
import { panelPlugin } from './panel/plugin';
import { pipelinePlugin } from './pipeline/plugin';
import { problemsPlugin } from './problems/plugin';
import { runsPlugin } from './runs/plugin';
import { snapshotsPlugin } from './snapshots/plugin';
import { stepStatusPlugin } from './status/plugin';
import { suggestionsPlugin } from './suggestions/plugin';
import { volumesPlugin } from './volumes/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  notebooksPlugin,
  stepStatusPlugin,
  annotationPlugin,
  panelPlugin,
  pipelinePlugin,
  graphPlugin,
  problemsPlugin,
  suggestionsPlugin,
  volumesPlugin,
  launchPlugin,
  runsPlugin,
  experimentsPlugin,
  snapshotsPlugin,
  examplePlugin
];

export default plugins;
