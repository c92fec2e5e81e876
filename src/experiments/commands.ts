import { byteSize } from '@chard/core/text';
import { doneCount, trialState, TrialCounts, type TrialState } from '@chard/core/experiment';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  InputDialog,
  Notification,
  showDialog,
  type ICommandPalette
} from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon, linkIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import { pauseIcon, pencilIcon, playIcon, plusIcon, resumeIcon } from '../icons';
import type { Runs } from '../runs/runs';
import type { IChardNotebooks, IChardPanel } from '../tokens';
import type { Experiments } from './experiments';
import { EXPERIMENT_LINKS } from './links';

interface Needs {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly panel: IChardPanel;
  readonly trans: TranslationBundle;
  readonly palette: ICommandPalette | null;
  /** The experiments, loaded when they are first needed. */
  readonly load: () => Promise<Experiments>;
  readonly loadRuns: () => Promise<Runs>;
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

/** The commands that manage experiments: the one that is shown, or by its id. */
export function addExperimentCommands(needs: Needs): void {
  const { app, trans, palette, load, loadRuns, current } = needs;
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
    (work: (experiments: Experiments, id: string, args: Args) => Promise<void>) =>
    async (args: Args): Promise<void> => {
      const id = meant(args);
      if (id === null) return;
      try {
        await work(await load(), id, args);
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
    execute: doing((experiments, id) => experiments.command(id, { type: 'pause' }))
  });

  commands.addCommand(CommandIds.resumeExperiment, {
    label: trans.__('Resume Experiment'),
    icon: resumeIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: doing((experiments, id) => experiments.command(id, { type: 'resume' }))
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
    execute: doing(async (experiments, id, args) => {
      const trials =
        args.trials === 'finish' || args.trials === 'cancel'
          ? args.trials
          : await askHowToStop(experiments, id, trans);
      if (trials !== null) await experiments.command(id, { type: 'stop', trials });
    })
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
    execute: doing(async (experiments, id, args) => {
      const { state } = await experiments.get(id).known();
      const given = TrialCounts.partial().safeParse(args.counts);
      const { askForCounts } = await import('./counts');
      const counts =
        given.success && args.counts !== undefined
          ? TrialCounts.parse({ ...state!.spec, ...given.data })
          : await askForCounts({
              title: trans.__('How many trials'),
              counts: state!.spec,
              done: doneCount(state!),
              trans
            });
      if (counts) await experiments.command(id, { type: 'counts', counts });
    })
  });

  commands.addCommand(CommandIds.editExperiment, {
    label: trans.__('Edit Experiment and Start Anew…'),
    caption: trans.__('Shows the notebook with this experiment in its Tuning section'),
    icon: pencilIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: doing(async (experiments, id) => {
      const { state, notebook } = await experiments.get(id).known();
      const { editAnew } = await import('./editAnew');
      await editAnew({ ...needs, experiments }, state!.spec, notebook);
    })
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
    execute: doing(async (experiments, id, args) => {
      const name =
        typeof args.name === 'string' ? args.name : await askName(experiments, id, trans);
      if (name === null) return;
      if (name.trim() === '') throw new Error(trans.__('An experiment needs a name.'));
      await experiments.rename(id, name.trim());
    })
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
    execute: doing(async (experiments, id, args) => {
      const runs =
        args.runs === 'delete' || args.runs === 'keep'
          ? args.runs
          : await askHowToDelete(experiments, id, trans);
      if (runs !== null) await experiments.delete(id, runs);
    })
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
    execute: doing(async (experiments, id, args) => {
      const { state, notebook, trial } = await trialMeant(experiments, id, args, trans);
      const runs = await loadRuns();
      const run = await runs.start(notebook, {
        parameters: { ...state.fixed, ...trial.parameters }
      });
      await commands.execute(CommandIds.openRun, { run: run.id });
    })
  });

  commands.addCommand(CommandIds.writeTrial, {
    label: trans.__('Write a Trial’s Values into the Parameters'),
    icon: pencilIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: TRIAL } },
    execute: doing(async (experiments, id, args) => {
      const { notebook, trial } = await trialMeant(experiments, id, args, trans);
      const { writeTrial } = await import('./writeTrial');
      await writeTrial(needs, notebook, trial.parameters);
    })
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

async function trialMeant(
  experiments: Experiments,
  id: string,
  args: Args,
  trans: TranslationBundle
) {
  const { state, notebook } = await experiments.get(id).known();
  const number = typeof args.trial === 'number' ? args.trial : state!.best;
  const trial: TrialState | undefined = number === null ? undefined : trialState(state!, number);
  if (!trial) {
    throw new Error(
      number === null
        ? trans.__('No trial of this experiment has a value yet.')
        : trans.__('This experiment has no trial %1.', number)
    );
  }
  return { state: state!, notebook, trial };
}

async function askHowToStop(
  experiments: Experiments,
  id: string,
  trans: TranslationBundle
): Promise<'finish' | 'cancel' | null> {
  const { state } = await experiments.get(id).known();
  const { running } = state!.tally;
  if (running === 0) return 'finish';
  const finish = Dialog.okButton({ label: trans.__('Let them finish') });
  const cancel = Dialog.warnButton({ label: trans.__('Cancel them') });
  const { button } = await showDialog({
    title: trans.__('Stop the experiment early?'),
    body: trans._n(
      '%1 trial is running. What has finished is kept either way.',
      '%1 trials are running. What has finished is kept either way.',
      running
    ),
    buttons: [Dialog.cancelButton({ label: trans.__('Go on') }), cancel, finish],
    defaultButton: 2
  });
  return button === finish ? 'finish' : button === cancel ? 'cancel' : null;
}

async function askName(
  experiments: Experiments,
  id: string,
  trans: TranslationBundle
): Promise<string | null> {
  const { value } = await InputDialog.getText({
    title: trans.__('Rename experiment'),
    label: trans.__('Name'),
    text: experiments.list.get(id)?.name ?? '',
    okLabel: trans.__('Rename')
  });
  return value;
}

async function askHowToDelete(
  experiments: Experiments,
  id: string,
  trans: TranslationBundle
): Promise<'delete' | 'keep' | null> {
  const held = await experiments.measure(id);
  const name = experiments.list.get(id)?.name ?? id;
  const all = Dialog.warnButton({ label: trans.__('Delete with its runs') });
  const keep = Dialog.okButton({ label: trans.__('Keep the runs') });
  const { button } = await showDialog({
    title: trans.__('Delete %1?', name),
    body: [
      trans._n('It has %1 run.', 'It has %1 runs.', held.runs),
      trans.__('Deleting them, too, frees %1 that no other run needs.', byteSize(held.bytes)),
      trans.__('It cannot be undone.')
    ].join(' '),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), keep, all],
    defaultButton: 1
  });
  return button === all ? 'delete' : button === keep ? 'keep' : null;
}
