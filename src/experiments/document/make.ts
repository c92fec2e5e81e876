import type { ExperimentItem } from '@chard/core/protocol/api';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { tuneIcon } from '../../icons';
import { shortTime } from '../../runs/text';
import type { ExperimentServices } from './services';
import { ExperimentDocument } from './widget';

/** An experiment as a document, to be put into the main area. */
export function makeExperimentDocument(
  services: Omit<ExperimentServices, 'experiment'>,
  id: string
): MainAreaWidget<ExperimentDocument> {
  const { experiments, trans } = services;
  const experiment = experiments.get(id);
  const content = new ExperimentDocument({ ...services, experiment });
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.title.icon = tuneIcon;
  widget.title.closable = true;
  let named: ExperimentItem | null = null;
  const name = (): void => {
    const item = experiments.item(id);
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
  return widget;
}
