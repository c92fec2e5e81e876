import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker, type MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds, describedBy } from '../commands';
import { activate } from '../focus/activate';
import { tuneIcon } from '../icons';
import type { Runs } from '../runs/runs';
import type { Experiments } from './experiments';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

interface Needs {
  readonly app: JupyterFrontEnd;
  readonly restorer: ILayoutRestorer | null;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Experiments>;
  readonly loadRuns: () => Promise<Runs>;
}

const PREFIX = 'chard-experiment-';

/** The id of the experiment that a widget is the document of; null for any other widget. */
export function experimentOf(widget: { readonly id: string } | null): string | null {
  return widget?.id.startsWith(PREFIX) ? widget.id.slice(PREFIX.length) : null;
}

/** The command that opens an experiment as a document. */
export function addExperimentDocument({ app, restorer, trans, load, loadRuns }: Needs): void {
  const { commands, shell } = app;
  const tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'chard-experiments' });
  commands.addCommand(CommandIds.openExperiment, {
    label: trans.__('Open Experiment'),
    icon: tuneIcon,
    describedBy: takes('open'),
    execute: async args => {
      const id = String(args.experiment);
      const there = tracker.find(widget => experimentOf(widget) === id);
      if (there) return activate(shell, there);
      const [experiments, runs, { makeExperimentDocument }] = await Promise.all([
        load(),
        loadRuns(),
        import('./document/make')
      ]);
      const widget = makeExperimentDocument({ experiments, runs, commands, trans }, id);
      widget.id = PREFIX + id;
      await tracker.add(widget);
      shell.add(widget, 'main', { mode: 'tab-after', type: 'Experiment' });
      activate(shell, widget);
    }
  });

  void restorer?.restore(tracker, {
    command: CommandIds.openExperiment,
    name: widget => widget.id,
    args: widget => ({ experiment: experimentOf(widget) ?? '' })
  });
}
