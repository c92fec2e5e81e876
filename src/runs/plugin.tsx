import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IStateDB } from '@jupyterlab/statedb';
import { UseSignal } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import { TEXT_DOMAIN } from '../commands';
import { closeDocument } from '../focus/close';
import { addRunComparison } from '../compare/commands';
import {
  IChardLaunch,
  IChardNotebooks,
  IChardPanel,
  IChardStepStatus,
  type OpenNotebook
} from '../tokens';
import { addRunCommands } from './commands';
import { addRunDocument } from './document/commands';
import { withTheOneBefore } from './document/theOneBefore';
import { addLocalTarget } from './localTarget';
import { addRunLinks } from './links';
import { outcomeOf, runName } from './list/describeRun';
import { addRunningRuns } from './running';
import type { Runs } from './runs';
import { StartedHere } from './startedHere';
import { IChardRuns } from './token';

export const runsPlugin: JupyterFrontEndPlugin<IChardRuns> = {
  id: 'jupyterlab-chard:runs',
  description: 'Runs pipelines on this machine and shows their runs.',
  autoStart: true,
  provides: IChardRuns,
  requires: [IChardNotebooks, IChardPanel, IChardStepStatus, IChardLaunch, IRenderMimeRegistry],
  optional: [
    ILabShell,
    ILayoutRestorer,
    IRouter,
    IRunningSessionManagers,
    ICommandPalette,
    IEditorLanguageRegistry,
    IStateDB,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    panel: IChardPanel,
    status: IChardStepStatus,
    launch: IChardLaunch,
    rendermime: IRenderMimeRegistry,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    managers: IRunningSessionManagers | null,
    palette: ICommandPalette | null,
    languages: IEditorLanguageRegistry | null,
    stateDB: IStateDB | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands, shell } = app;
    // Notebook 7 shows its notebook alone.
    const hasRoom = labShell !== null;
    const documentOf = (run: string): Widget | undefined =>
      [...shell.widgets('main')].find(({ id }) => id === `chard-run-${run}`);
    const isSeen = (run: string): boolean => documentOf(run)?.isVisible ?? false;

    const startedHere = stateDB && new StartedHere(stateDB);
    // Before JupyterLab has put back its layout, a run that is seen would count as one that is not.
    const before = app.restored.then(() => startedHere?.restore() ?? []);
    void before.then(({ length }) => {
      if (length > 0) void load();
    });

    let loading: Promise<Runs> | null = null;
    let known: Runs | null = null;
    const loaded = (): Runs | null => known;
    /** The code for runs, and the connection to the server: from the first pipeline, run or opened panel on. */
    const load = (): Promise<Runs> => {
      loading ??= Promise.all([
        import(/* webpackChunkName: "runs" */ './runs'),
        import(/* webpackChunkName: "runs" */ './moves'),
        import(/* webpackChunkName: "runs" */ './notifier'),
        import(/* webpackChunkName: "runs" */ './storeNotice')
      ]).then(([{ Runs }, { Moves }, { notifyOfRuns }, { notifyOfStore }]) => {
        const { serverSettings, contents } = app.serviceManager;
        const runs = new Runs(serverSettings, new Moves(contents, stateDB), trans);
        known = runs;
        status.provide((open, step) => runs.statusOf(open, step));
        runs.changed.connect(() => status.notify());
        runs.changed.connect(() => running?.changed());
        runs.deleted.connect((_, run) => {
          const document = documentOf(run);
          if (document) closeDocument(shell, document);
        });
        notifyOfRuns({ runs, commands, isSeen, startedHere, before, trans });
        notifyOfStore(runs.list, commands, trans);
        return runs;
      });
      return loading;
    };
    const running = managers && addRunningRuns({ managers, commands, trans, load, loaded });

    const shown = addRunDocument({
      app,
      hasRoom,
      notebooks,
      rendermime,
      languages,
      restorer,
      palette,
      trans,
      load,
      loaded,
      report: ({ message }) => {
        Notification.error(trans.__('The run did not start: %1', message), { autoClose: false });
      }
    });
    const toCompare = (): readonly string[] => {
      const run = shown()?.run;
      if (!known) return [];
      return run === undefined ? known.selection.ids : withTheOneBefore(known.get(run), known);
    };
    addRunComparison({ app, hasRoom, restorer, palette, trans, load, chosen: toCompare });
    addRunCommands({ app, trans, palette, load, loaded, shown: () => shown()?.run ?? null });
    shell.currentChanged?.connect(() => commands.notifyCommandChanged());
    addLocalTarget({ launch, commands, opensRuns: hasRoom, trans, load });
    if (router) addRunLinks(app, router);
    // The lines of a notebook with a pipeline say what its last run came to.
    notebooks.opened.connect((_, { pipeline }) => {
      if (pipeline.isAnnotated) void load();
    });
    panel.addSection({
      id: 'runs',
      title: trans.__('Runs'),
      rank: 90,
      summary: ({ panel: { context } }: OpenNotebook) => (
        <UseSignal signal={status.changed}>
          {() => {
            const [latest] = loaded()?.list.of(context.path) ?? [];
            return latest
              ? trans.__('%1: %2', runName(latest, trans), outcomeOf(latest, trans))
              : null;
          }}
        </UseSignal>
      ),
      load: async () => {
        const [runs, { runsSection }] = await Promise.all([load(), import('./section')]);
        return runsSection({ runs, commands, trans });
      }
    });
    return { load };
  }
};
