import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker, type MainAreaWidget } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN } from '../commands';
import { addLinks } from '../links';
import { IChardRuns } from '../runs/token';
import { IChardNotebooks, IChardPanel } from '../tokens';
import { addSnapshotCommands } from './commands';
import { SNAPSHOT_LINKS } from './links';
import type { SnapshotWidget } from './needs';
import type { Snapshots } from './snapshots';

export const snapshotsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:snapshots',
  description: 'The snapshots of notebooks and their data: taken, looked at, compared, restored.',
  autoStart: true,
  requires: [IChardNotebooks, IChardPanel, IChardRuns],
  optional: [ILabShell, ILayoutRestorer, IRouter, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    panel: IChardPanel,
    runs: IChardRuns,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands } = app;
    let loading: Promise<Snapshots> | null = null;
    let known: Snapshots | null = null;
    const load = (): Promise<Snapshots> => {
      loading ??= Promise.all([runs.load(), import('./snapshots')]).then(
        ([loaded, { Snapshots }]) => (known = new Snapshots(loaded))
      );
      return loading;
    };
    const tracker = new WidgetTracker<MainAreaWidget<SnapshotWidget>>({
      namespace: 'chard-snapshots'
    });
    // Notebook 7 shows its notebook alone.
    const needs = { app, notebooks, trans, hasRoom: labShell !== null, tracker };
    addSnapshotCommands(needs, palette, load, () => known);
    const command = CommandIds.openSnapshot;
    if (router) {
      addLinks(app, router, CommandIds.followSnapshotLink, SNAPSHOT_LINKS, ids =>
        commands.execute(command, { snapshots: [...ids] })
      );
    }
    void restorer?.restore(tracker, {
      command,
      name: ({ id }) => id,
      args: ({ content }) => ({ snapshots: [...content.ids] })
    });
    panel.addSection({
      id: 'snapshots',
      title: trans.__('Snapshots'),
      rank: 95,
      startsClosed: true,
      load: async () => {
        const [snapshots, { snapshotsSection }] = await Promise.all([load(), import('./section')]);
        return snapshotsSection({ snapshots, commands, trans });
      }
    });
  }
};
