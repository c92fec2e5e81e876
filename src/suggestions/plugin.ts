import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN, describedBy } from '../commands';
import { bulbIcon } from '../icons';
import { IChardNotebooks, type OpenNotebook } from '../tokens';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

export const suggestionsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:suggestions',
  description: 'Suggests what the cells of a bare notebook could be.',
  autoStart: true,
  requires: [IChardNotebooks],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    app.commands.addCommand(CommandIds.suggestSteps, {
      label: trans.__('Suggest Steps…'),
      caption: trans.__('Propose what the cells that are nothing yet could be'),
      icon: bulbIcon,
      isEnabled: () => notebooks.current?.pipeline.isPython ?? false,
      describedBy: takes('suggest'),
      execute: async args => {
        const { current } = notebooks;
        if (current) await suggest(current, args.ask !== false, trans);
      }
    });
    palette?.addItem({ command: CommandIds.suggestSteps, category: trans.__('Pipeline') });
  }
};

async function suggest(
  { pipeline }: OpenNotebook,
  ask: boolean,
  trans: TranslationBundle
): Promise<void> {
  const suggestions = await pipeline.suggest();
  if (suggestions.length === 0) {
    Notification.info(trans.__('Every cell with code is in the pipeline already.'));
    return;
  }
  const { chooseSuggestions } = await import('./dialog');
  const cells = suggestions.map(suggestion => {
    const { source } = pipeline.annotated.notebook.cells[suggestion.cell]!;
    return { suggestion, code: source.trim().split('\n')[0] ?? '' };
  });
  const chosen = ask ? await chooseSuggestions(cells, trans) : suggestions;
  if (chosen === null || chosen.length === 0) return;
  if (await pipeline.takeSuggestions(chosen)) return;
  Notification.warning(
    trans.__('The notebook has changed meanwhile, so nothing was taken. Ask for suggestions again.')
  );
}
