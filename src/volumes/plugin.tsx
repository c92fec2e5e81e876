import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { TEXT_DOMAIN } from '../commands';
import { usePipeline } from '../notebooks/usePipeline';
import { IChardPanel, type OpenNotebook } from '../tokens';

export const volumesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:volumes',
  description: 'The volumes of a pipeline and what a snapshot takes of them, in the side panel.',
  autoStart: true,
  requires: [IChardPanel],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, panel: IChardPanel, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    panel.addSection({
      id: 'volumes',
      title: trans.__('Volumes'),
      rank: 40,
      startsClosed: true,
      summary: function Count({ pipeline }: OpenNotebook) {
        usePipeline(pipeline);
        const count = pipeline.annotated.settings.volumes.length;
        return <>{trans._n('folder, %1 volume', 'folder, %1 volumes', count)}</>;
      },
      load: async () => {
        const { volumesSection } = await import('./section');
        return volumesSection(app.serviceManager.serverSettings, trans);
      }
    });
  }
};
