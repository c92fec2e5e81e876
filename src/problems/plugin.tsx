import type { Diagnostic } from '@chard/core';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds, TEXT_DOMAIN, describedBy } from '../commands';
import { IChardNotebooks, IChardPanel, type OpenNotebook } from '../tokens';
import { Counts } from './counts';
import { countProblems, sortedProblems, takeFix } from './problems';
import { StatusItem } from './statusItem';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

export const problemsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:problems',
  description:
    'What is wrong with the pipeline, with repairs: in the side panel and the status bar.',
  autoStart: true,
  requires: [IChardPanel, IChardNotebooks],
  optional: [IStatusBar, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IChardPanel,
    notebooks: IChardNotebooks,
    statusBar: IStatusBar | null,
    palette: ICommandPalette | null,
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
    /** The problem that is meant: the named one, else the first of the active cell that can be repaired. */
    const meant = (args: ReadonlyPartialJSONObject): Diagnostic | undefined => {
      const { current } = notebooks;
      if (!current) return undefined;
      const active = current.panel.content.activeCellIndex;
      return sortedProblems(current.pipeline).find(({ code, cell, fixes }) =>
        args.code === undefined
          ? cell === active && fixes.length > 0
          : code === args.code && (args.cell === undefined || cell === args.cell)
      );
    };
    commands.addCommand(CommandIds.applyFix, {
      label: args => {
        const fix = meant(args)?.fixes[0];
        return fix
          ? trans.__('Repair Problem of Cell: %1', fix.title)
          : trans.__('Repair Problem of Cell');
      },
      describedBy: takes('applyFix'),
      isEnabled: args => args.code !== undefined || meant(args) !== undefined,
      execute: async args => {
        const pipeline = notebooks.current?.pipeline;
        if (!pipeline) return false;
        await pipeline.untilCurrent();
        const problem = meant(args);
        const fix = problem?.fixes[Number(args.fix ?? 0)];
        return problem && fix ? takeFix(pipeline, problem, fix) : false;
      }
    });
    palette?.addItem({ command: CommandIds.applyFix, category: trans.__('Pipeline') });
  }
};
