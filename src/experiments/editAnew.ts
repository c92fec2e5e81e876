import {
  editsToSetExperiment,
  freeName,
  readExperiment,
  type ExperimentSpec
} from '@chard/core/experiment';
import { editsToSetPipeline } from '@chard/core/notebook';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { openNotebook } from '../notebooks/openNotebook';
import type { IChardNotebooks, IChardPanel } from '../tokens';
import type { Experiments } from './experiments';

interface Services {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly panel: IChardPanel;
  readonly experiments: Experiments;
  readonly trans: TranslationBundle;
}

/**
 * Shows the notebook of an experiment with the experiment's form filled in: an edit of its metadata, which the notebook can
 * undo. A name that the notebook says becomes a free one: a second experiment of the same name could not be told apart.
 */
export async function editAnew(
  { app, notebooks, panel, experiments, trans }: Services,
  spec: ExperimentSpec,
  path: string
): Promise<void> {
  const { pipeline } = await openNotebook(app, notebooks, path, trans);
  const taken = experiments.list.of(path).map(({ name }) => name);
  const { notebook } = pipeline.annotated;
  const { name, ...others } = spec;
  const saysName = readExperiment(notebook, name).said.has('name');
  pipeline.apply([
    ...editsToSetPipeline(notebook, 'katibRun', true),
    ...editsToSetExperiment(notebook, {
      ...others,
      ...(saysName && { name: freeName(name, taken) })
    })
  ]);
  panel.reveal('tuning');
}
