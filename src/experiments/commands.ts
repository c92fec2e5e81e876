import { Clipboard, Notification, type ICommandPalette } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { deleteIcon, linkIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds, describedBy } from '../commands';
import { pauseIcon, pencilIcon, playIcon, plusIcon, resumeIcon } from '../icons';
import type * as Actions from './actions';
import type { ExperimentNeeds } from './actions';
import type { Experiments } from './experiments';

import { EXPERIMENT_LINKS } from './links';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

interface Needs extends ExperimentNeeds {
  readonly palette: ICommandPalette | null;
  /** The experiments, loaded when they are first needed. */
  readonly load: () => Promise<Experiments>;
  /** The experiment whose document is the current one. */
  readonly current: () => string | null;
}

type Args = ReadonlyPartialJSONObject;

/** The commands that manage experiments: the one that is shown, or by its id. What they do is loaded with the first of them. */
export function addExperimentCommands(needs: Needs): void {
  const { app, trans, palette, load, current } = needs;
  const { commands } = app;
  const meant = ({ experiment, of }: Args): string | null => {
    if (typeof experiment === 'string') return experiment;
    if (of !== 'list') return current();
    const row = app.contextMenuHitTest(({ dataset }) => dataset?.experiment !== undefined);
    return row?.dataset.experiment ?? null;
  };
  const isEnabled = (args: Args): boolean => meant(args) !== null;
  /** Does something to the experiment that is meant; says what went wrong. */
  const doing =
    (action: keyof typeof Actions) =>
    async (args: Args): Promise<void> => {
      const id = meant(args);
      if (id === null) return;
      try {
        const [experiments, actions] = await Promise.all([load(), import('./actions')]);
        await actions[action](needs, experiments, id, args);
      } catch (error) {
        Notification.error((error as Error).message, { autoClose: false });
      }
    };

  commands.addCommand(CommandIds.pauseExperiment, {
    label: trans.__('Pause Experiment'),
    caption: trans.__('No further trial is started; those that run go on'),
    icon: pauseIcon,
    isEnabled,
    describedBy: takes('one'),
    execute: doing('pause')
  });

  commands.addCommand(CommandIds.resumeExperiment, {
    label: trans.__('Resume Experiment'),
    icon: resumeIcon,
    isEnabled,
    describedBy: takes('one'),
    execute: doing('resume')
  });

  commands.addCommand(CommandIds.stopExperiment, {
    label: trans.__('Stop Experiment Early'),
    icon: stopIcon,
    isEnabled,
    describedBy: takes('stop'),
    execute: doing('stop')
  });

  commands.addCommand(CommandIds.setExperimentCounts, {
    label: trans.__('Change How Many Trials…'),
    icon: plusIcon,
    isEnabled,
    describedBy: takes('setCounts'),
    execute: doing('setCounts')
  });

  commands.addCommand(CommandIds.editExperiment, {
    label: trans.__('Edit Experiment and Start Anew…'),
    caption: trans.__('Shows the notebook with this experiment in its Tuning section'),
    icon: pencilIcon,
    isEnabled,
    describedBy: takes('one'),
    execute: doing('edit')
  });

  commands.addCommand(CommandIds.renameExperiment, {
    label: trans.__('Rename Experiment…'),
    icon: pencilIcon,
    isEnabled,
    describedBy: takes('rename'),
    execute: doing('rename')
  });

  commands.addCommand(CommandIds.deleteExperiment, {
    label: trans.__('Delete Experiment…'),
    icon: deleteIcon,
    isEnabled,
    describedBy: takes('remove'),
    execute: doing('remove')
  });

  commands.addCommand(CommandIds.copyExperimentLink, {
    label: trans.__('Copy Link to Experiment'),
    icon: linkIcon,
    isEnabled,
    describedBy: takes('one'),
    execute: args => {
      const id = meant(args);
      if (id === null) return null;
      const page = URLExt.join(PageConfig.getBaseUrl(), PageConfig.getOption('appUrl') || '/lab');
      const link = EXPERIMENT_LINKS.addTo(new URL(page, window.location.href).href, [id]);
      Clipboard.copyToSystem(link);
      Notification.success(trans.__('The link to this experiment is copied.'), {
        autoClose: 3000
      });
      return link;
    }
  });

  commands.addCommand(CommandIds.runTrial, {
    label: trans.__('Run with a Trial’s Values'),
    caption: trans.__('Runs the notebook as it is now with the values of a trial'),
    icon: playIcon,
    isEnabled,
    describedBy: takes('oneTrial'),
    execute: doing('runTrial')
  });

  commands.addCommand(CommandIds.writeTrial, {
    label: trans.__('Write a Trial’s Values into the Parameters'),
    icon: pencilIcon,
    isEnabled,
    describedBy: takes('oneTrial'),
    execute: doing('writeTrial')
  });

  for (const command of [
    CommandIds.pauseExperiment,
    CommandIds.resumeExperiment,
    CommandIds.stopExperiment,
    CommandIds.setExperimentCounts,
    CommandIds.editExperiment,
    CommandIds.runTrial,
    CommandIds.writeTrial,
    CommandIds.copyExperimentLink,
    CommandIds.renameExperiment,
    CommandIds.deleteExperiment
  ]) {
    palette?.addItem({ command, category: trans.__('Pipeline') });
  }
  app.shell.currentChanged?.connect(() => commands.notifyCommandChanged());
}
