import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { TEXT_DOMAIN } from '../commands';
import { IChardPanel, type OpenNotebook } from '../tokens';

/** A notebook's file, at the right of the section's title. */
function FileName({ panel }: OpenNotebook) {
  return <>{PathExt.basename(panel.context.path)}</>;
}

export const pipelinePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:pipeline',
  description: "The pipeline's settings in the side panel.",
  autoStart: true,
  requires: [IChardPanel],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, panel: IChardPanel, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    panel.addSection({
      id: 'pipeline',
      title: trans.__('Pipeline'),
      rank: 10,
      summary: FileName,
      load: async () => (await import('./settings')).settingsSection(trans)
    });
  }
};
