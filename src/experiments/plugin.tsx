import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { CommandIds, TEXT_DOMAIN, describedBy } from '../commands';
import { closeDocument } from '../focus/close';
import { tuneIcon } from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import { IChardLaunch, IChardNotebooks, IChardPanel, type OpenNotebook } from '../tokens';
import { IChardRuns } from '../runs/token';
import { addExperimentCommands } from './commands';
import type { Experiments } from './experiments';
import { addExperimentLinks } from './links';
import { addExperimentDocument, experimentOf } from './open';
import { addRunningExperiments } from './running';

import { addTuningTarget } from './target';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

export const experimentsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-chard:experiments',
  description: 'Tunes a notebook’s parameters on this machine and shows the experiments.',
  autoStart: true,
  requires: [IChardNotebooks, IChardPanel, IChardLaunch, IChardRuns],
  optional: [ILayoutRestorer, IRouter, IRunningSessionManagers, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: IChardNotebooks,
    panel: IChardPanel,
    launch: IChardLaunch,
    runs: IChardRuns,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    managers: IRunningSessionManagers | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(TEXT_DOMAIN);
    const { commands, shell } = app;
    const loadRuns = (): ReturnType<IChardRuns['load']> => runs.load();
    const documentOf = (experiment: string): Widget | undefined =>
      [...shell.widgets('main')].find(widget => experimentOf(widget) === experiment);

    let loading: Promise<Experiments> | null = null;
    let known: Experiments | null = null;
    /** The code for experiments, and the connection to the server: from the first one that is needed on. */
    const load = (): Promise<Experiments> => {
      loading ??= Promise.all([import('./experiments'), import('./notifier'), loadRuns()]).then(
        ([{ Experiments }, { notifyOfExperiments }, { moves }]) => {
          const experiments = new Experiments(app.serviceManager.serverSettings, moves, trans);
          known = experiments;
          const isSeen = (experiment: string): boolean =>
            documentOf(experiment)?.isVisible ?? false;
          experiments.changed.connect(() => running?.changed());
          experiments.deleted.connect((_, experiment) => {
            const document = documentOf(experiment);
            if (document) closeDocument(shell, document);
          });
          notifyOfExperiments({ experiments, commands, isSeen, trans });
          return experiments;
        }
      );
      return loading;
    };
    const running =
      managers && addRunningExperiments({ managers, commands, trans, load, loaded: () => known });

    addExperimentDocument({ app, restorer, trans, load, loadRuns });
    addExperimentCommands({
      app,
      notebooks,
      panel,
      trans,
      palette,
      load,
      loadRuns,
      current: () => experimentOf(shell.currentWidget)
    });
    addTuningTarget({ launch, panel, commands, trans, load, loadRuns });
    if (router) addExperimentLinks(app, router);

    commands.addCommand(CommandIds.tune, {
      label: trans.__('Compile and Tune'),
      caption: trans.__('Search for the best parameters, as the Tuning section has it'),
      icon: tuneIcon,
      isEnabled: () => notebooks.current?.pipeline.annotated.settings.katibRun ?? false,
      describedBy: takes('tune'),
      execute: args => commands.execute(CommandIds.run, { ...args, target: 'tune' })
    });
    commands.addCommand(CommandIds.showTuning, {
      label: trans.__('Tune Hyperparameters…'),
      caption: trans.__('Show the Tuning section of the pipeline panel'),
      icon: tuneIcon,
      isEnabled: () => notebooks.current?.pipeline.isAnnotated ?? false,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => panel.reveal('tuning')
    });
    for (const command of [CommandIds.tune, CommandIds.showTuning]) {
      palette?.addItem({ command, category: trans.__('Pipeline') });
    }
    const refresh = (): void => {
      commands.notifyCommandChanged(CommandIds.tune);
      commands.notifyCommandChanged(CommandIds.showTuning);
    };
    notebooks.currentChanged.connect(refresh);
    notebooks.opened.connect((_, { pipeline }) => void pipeline.changed.connect(refresh));

    panel.addSection({
      id: 'tuning',
      title: trans.__('Tuning'),
      rank: 50,
      startsClosed: true,
      opensItself: ({ pipeline }) => pipeline.annotated.settings.katibRun,
      summary: function TuningSummary({ pipeline }: OpenNotebook) {
        usePipeline(pipeline);
        return <>{pipeline.annotated.settings.katibRun ? trans.__('on') : trans.__('off')}</>;
      },
      load: async () => {
        const [experiments, loadedRuns, { tuningSection }] = await Promise.all([
          load(),
          loadRuns(),
          import('./form/section')
        ]);
        return tuningSection({ experiments, runs: loadedRuns, commands, trans });
      }
    });
  }
};
