import type { ExperimentItem } from '@chard/core/protocol/api';
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds, describedBy } from '../commands';
import { tuneIcon } from '../icons';
import type { Runs } from '../runs/runs';
import { shortTime } from '../runs/text';
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
      if (there) return shell.activateById(there.id);
      const [experiments, runs, { ExperimentDocument }] = await Promise.all([
        load(),
        loadRuns(),
        import('./document/widget')
      ]);
      const experiment = experiments.get(id);
      const content = new ExperimentDocument({ experiment, experiments, runs, commands, trans });
      const widget = new MainAreaWidget({ content });
      widget.toolbar.hide();
      widget.id = PREFIX + id;
      widget.title.icon = tuneIcon;
      widget.title.closable = true;
      let named: ExperimentItem | null = null;
      const name = (): void => {
        const item = experiments.list.get(id) ?? experiment.item;
        // Each event of the experiment comes here, and few change what is said of it.
        if (item !== null && item === named) return;
        named = item;
        widget.title.label = item ? item.name : trans.__('Experiment');
        widget.title.caption = item ? shortTime(item.createdAt) : id;
      };
      experiment.changed.connect(name);
      experiments.changed.connect(name);
      widget.disposed.connect(() => {
        experiment.changed.disconnect(name);
        experiments.changed.disconnect(name);
      });
      name();
      await tracker.add(widget);
      shell.add(widget, 'main', { mode: 'tab-after', type: 'Experiment' });
      shell.activateById(widget.id);
    }
  });

  void restorer?.restore(tracker, {
    command: CommandIds.openExperiment,
    name: widget => widget.id,
    args: widget => ({ experiment: experimentOf(widget) ?? '' })
  });
}
