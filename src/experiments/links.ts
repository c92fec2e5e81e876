import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandIds } from '../commands';
import { addLinks, LinkParameter } from '../links';

export const EXPERIMENT_LINKS = new LinkParameter('chard-experiment');

/** An address that leads to an experiment opens it. */
export function addExperimentLinks(app: JupyterFrontEnd, router: IRouter): void {
  addLinks(app, router, CommandIds.followExperimentLink, EXPERIMENT_LINKS, ([experiment]) =>
    app.commands.execute(CommandIds.openExperiment, { experiment: experiment! })
  );
}
