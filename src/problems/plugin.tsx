import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN } from '../commands';
import { IChardNotebooks, IChardPanel, type OpenNotebook } from '../tokens';
import { Counts } from './counts';
import { countProblems, sortedProblems, takeFix } from './problems';
import { StatusItem } from './statusItem';

export const problemsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:problems',
  description:
    'What is wrong with the pipeline, with repairs: in the side panel and the status bar.',
  autoStart: true,
  requires: [IChardPanel, IChardNotebooks],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IChardPanel,
    notebooks: IChardNotebooks,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands } = app;
    panel.addSection({
      id: 'problems',
      title: trans.__('Problems'),
      rank: 30,
      startsClosed: true,
      opensItself: ({ pipeline }) => countProblems(pipeline).error > 0,
      summary: ({ pipeline }: OpenNotebook) => (
        <Counts pipeline={pipeline} trans={trans} whenNone />
      ),
      load: async () => (await import('./section')).problemsSection(commands, trans)
    });
    statusBar?.registerStatusItem('jupyterlab-chard:problems', {
      item: new StatusItem(notebooks, commands, trans),
      align: 'left',
      rank: 90
    });
    commands.addCommand(CommandIds.applyFix, {
      label: trans.__('Repair a Problem of the Pipeline'),
      describedBy: {
        args: {
          type: 'object',
          required: ['code'],
          properties: {
            code: { type: 'string', description: 'The code of the diagnostic.' },
            cell: {
              type: 'integer',
              description: 'Its cell; without it, the first with the code.'
            },
            fix: { type: 'integer', minimum: 0, description: 'Which of its repairs; the first.' }
          }
        }
      },
      isEnabled: () => notebooks.current !== null,
      execute: async args => {
        const pipeline = notebooks.current?.pipeline;
        if (!pipeline) return false;
        await pipeline.untilCurrent();
        const problem = sortedProblems(pipeline).find(
          each => each.code === args.code && (args.cell === undefined || each.cell === args.cell)
        );
        const fix = problem?.fixes[Number(args.fix ?? 0)];
        return problem && fix ? takeFix(pipeline, problem, fix) : false;
      }
    });
  }
};
