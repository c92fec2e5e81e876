import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIds, TEXT_DOMAIN } from '../commands';
import { addLinks } from '../links';
import { IChardRuns } from '../runs/token';
import { IChardNotebooks, IChardPanel } from '../tokens';
import { addSnapshotCommands } from './commands';
import { addSnapshotDocuments } from './documents';
import { SNAPSHOT_LINKS } from './links';
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
    const needs = { app, notebooks, trans, load, loaded: () => known };
    // Notebook 7 shows its notebook alone.
    addSnapshotDocuments({ ...needs, hasRoom: labShell !== null, restorer });
    addSnapshotCommands({ ...needs, palette });
    if (router) {
      addLinks(app, router, CommandIds.followSnapshotLink, SNAPSHOT_LINKS, ids =>
        ids.length === 1
          ? commands.execute(CommandIds.openSnapshot, { snapshot: ids[0]! })
          : commands.execute(CommandIds.compareSnapshots, { snapshots: [...ids] })
      );
    }
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
