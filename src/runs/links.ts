import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandIds } from '../commands';
import { addLinks, LinkParameter } from '../links';

export const RUN_LINKS = new LinkParameter('chard-run');

/** An address that leads to a run opens it, one that leads to several compares them. */
export function addRunLinks(app: JupyterFrontEnd, router: IRouter): void {
  const { commands } = app;
  addLinks(app, router, CommandIds.followRunLink, RUN_LINKS, ids =>
    ids.length === 1
      ? commands.execute(CommandIds.openRun, { run: ids[0]! })
      : commands.execute(CommandIds.compareRuns, { runs: [...ids] })
  );
}
