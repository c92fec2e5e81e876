import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { TEXT_DOMAIN } from '../commands';
import { usePipeline } from '../notebooks/usePipeline';
import { IChardNotebooks, IChardPanel, IChardStepStatus, type OpenNotebook } from '../tokens';

export const graphPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:graph',
  description: "The pipeline's graph in the side panel.",
  autoStart: true,
  requires: [IChardPanel, IChardNotebooks, IChardStepStatus],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IChardPanel,
    notebooks: IChardNotebooks,
    status: IChardStepStatus,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands } = app;
    panel.addSection({
      id: 'graph',
      title: trans.__('Graph'),
      rank: 20,
      summary: function StepCount({ pipeline }: OpenNotebook) {
        usePipeline(pipeline);
        const count = pipeline.annotated.steps.length;
        return <>{trans._n('%1 step', '%1 steps', count)}</>;
      },
      load: async () => {
        const { graphSection } = await import('./section');
        return graphSection({ notebooks, status, commands, trans });
      }
    });
  }
};
