import { Clipboard, Notification, type ICommandPalette } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { deleteIcon, linkIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import { pauseIcon, pencilIcon, playIcon, plusIcon, resumeIcon } from '../icons';
import type * as Actions from './actions';
import type { ExperimentNeeds } from './actions';
import type { Experiments } from './experiments';
import { EXPERIMENT_LINKS } from './links';

interface Needs extends ExperimentNeeds {
  readonly palette: ICommandPalette | null;
  /** The experiments, loaded when they are first needed. */
  readonly load: () => Promise<Experiments>;
  /** The experiment whose document is the current one. */
  readonly current: () => string | null;
}

type Args = ReadonlyPartialJSONObject;

const ONE = {
  experiment: { type: 'string', description: 'The experiment’s id; the one that is shown.' },
  of: { enum: ['list'], description: '`list`: the row that the context menu was opened on.' }
} as const;
const TRIAL = {
  ...ONE,
  trial: { type: 'integer', minimum: 1, description: 'Its number; the best one.' }
} as const;

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
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: doing('pause')
  });

  commands.addCommand(CommandIds.resumeExperiment, {
    label: trans.__('Resume Experiment'),
    icon: resumeIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: doing('resume')
  });

  commands.addCommand(CommandIds.stopExperiment, {
    label: trans.__('Stop Experiment Early'),
    icon: stopIcon,
    isEnabled,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          trials: {
            enum: ['finish', 'cancel'],
            description: 'What becomes of trials that run; without it, it is asked for.'
          }
        }
      }
    },
    execute: doing('stop')
  });

  commands.addCommand(CommandIds.setExperimentCounts, {
    label: trans.__('Change How Many Trials…'),
    icon: plusIcon,
    isEnabled,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          counts: {
            type: 'object',
            description: 'Without them, they are asked for.',
            properties: {
              maxTrialCount: { type: 'integer', minimum: 1 },
              parallelTrialCount: { type: 'integer', minimum: 1 },
              maxFailedTrialCount: { type: 'integer', minimum: 0 }
            }
          }
        }
      }
    },
    execute: doing('setCounts')
  });

  commands.addCommand(CommandIds.editExperiment, {
    label: trans.__('Edit Experiment and Start Anew…'),
    caption: trans.__('Shows the notebook with this experiment in its Tuning section'),
    icon: pencilIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: doing('edit')
  });

  commands.addCommand(CommandIds.renameExperiment, {
    label: trans.__('Rename Experiment…'),
    icon: pencilIcon,
    isEnabled,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          name: { type: 'string', description: 'Without it, it is asked for.' }
        }
      }
    },
    execute: doing('rename')
  });

  commands.addCommand(CommandIds.deleteExperiment, {
    label: trans.__('Delete Experiment…'),
    icon: deleteIcon,
    isEnabled,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          runs: {
            enum: ['delete', 'keep'],
            description: 'Whether the runs of its trials go, too; without it, it is asked.'
          }
        }
      }
    },
    execute: doing('remove')
  });

  commands.addCommand(CommandIds.copyExperimentLink, {
    label: trans.__('Copy Link to Experiment'),
    icon: linkIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: ONE } },
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
    describedBy: { args: { type: 'object', properties: TRIAL } },
    execute: doing('runTrial')
  });

  commands.addCommand(CommandIds.writeTrial, {
    label: trans.__('Write a Trial’s Values into the Parameters'),
    icon: pencilIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: TRIAL } },
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
