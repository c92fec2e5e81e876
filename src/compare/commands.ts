import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker, type ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds, describedBy } from '../commands';
import { activate } from '../focus/activate';
import { compareIcon } from '../icons';
import { openRunsInLab } from '../runs/lab';
import type { Runs } from '../runs/runs';

import type { Comparison } from './widget';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ '../runs/arguments'));

export interface ComparisonOptions {
  readonly app: JupyterFrontEnd;
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  readonly restorer: ILayoutRestorer | null;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Runs>;
  readonly palette: ICommandPalette | null;
  /** The runs that are compared where none are named: of what is shown or selected. */
  readonly chosen: () => readonly string[];
}

/** The command that compares runs in a document of its own. */
export function addRunComparison(options: ComparisonOptions): void {
  const { app, hasRoom, restorer, trans, load, palette, chosen } = options;
  const { commands, shell } = app;
  const tracker = new WidgetTracker<MainAreaWidget<Comparison>>({ namespace: 'chard-comparisons' });

  commands.addCommand(CommandIds.compareRuns, {
    label: trans.__('Compare Runs'),
    caption: trans.__('What differs between runs: parameters, metrics, curves, steps and why'),
    icon: compareIcon,
    isEnabled: ({ runs }) => runs !== undefined || chosen().length > 0,
    describedBy: takes('compare'),
    execute: async args => {
      const ids = Array.isArray(args.runs) ? args.runs.map(String) : [...chosen()];
      if (ids.length === 0) throw new Error('"runs" is a list of ids of runs.');
      if (!hasRoom) return openRunsInLab(ids);
      const there = tracker.find(widget => widget.content.ids.join() === ids.join());
      if (there) return activate(shell, there);
      const [runs, { Comparison }] = await Promise.all([load(), import('./widget')]);
      const content = new Comparison({ runs, trans, commands }, ids);
      const widget = new MainAreaWidget({ content });
      widget.toolbar.hide();
      widget.id = `chard-comparison-${ids.join('-')}`;
      widget.title.icon = compareIcon;
      widget.title.label = trans.__('Compare runs');
      widget.title.closable = true;
      content.changed.connect(() => void tracker.save(widget));
      await tracker.add(widget);
      shell.add(widget, 'main', { mode: 'tab-after', type: 'Comparison of runs' });
      activate(shell, widget);
    }
  });

  palette?.addItem({ command: CommandIds.compareRuns, category: trans.__('Pipeline') });
  void restorer?.restore(tracker, {
    command: CommandIds.compareRuns,
    name: widget => widget.id,
    args: widget => ({ runs: [...widget.content.ids] })
  });
}
