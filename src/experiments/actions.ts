import { doneCount, trialState, TrialCounts, type TrialState } from '@chard/core/experiment';
import { byteSize } from '@chard/core/text';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import type { Runs } from '../runs/runs';
import type { IChardNotebooks, IChardPanel } from '../tokens';
import { askForCounts } from './counts';
import { editAnew } from './editAnew';
import type { Experiments } from './experiments';
import { writeTrial as writeValues } from './writeTrial';

/** What commands on experiments work with. */
export interface ExperimentNeeds {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly panel: IChardPanel;
  readonly trans: TranslationBundle;
  readonly loadRuns: () => Promise<Runs>;
}

type Args = ReadonlyPartialJSONObject;

/** What a command does to the experiment `id`. */
type ExperimentAction = (
  needs: ExperimentNeeds,
  experiments: Experiments,
  id: string,
  args: Args
) => Promise<void>;

export const pause: ExperimentAction = (_, experiments, id) =>
  experiments.command(id, { type: 'pause' });

export const resume: ExperimentAction = (_, experiments, id) =>
  experiments.command(id, { type: 'resume' });

export const stop: ExperimentAction = async ({ trans }, experiments, id, args) => {
  const trials =
    args.trials === 'finish' || args.trials === 'cancel'
      ? args.trials
      : await askHowToStop(experiments, id, trans);
  if (trials !== null) await experiments.command(id, { type: 'stop', trials });
};

export const setCounts: ExperimentAction = async ({ trans }, experiments, id, args) => {
  const { state } = await experiments.get(id).known();
  const given = TrialCounts.partial().safeParse(args.counts);
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
};

export const edit: ExperimentAction = async (needs, experiments, id) => {
  const { state, notebook } = await experiments.get(id).known();
  await editAnew({ ...needs, experiments }, state!.spec, notebook);
};

export const rename: ExperimentAction = async ({ trans }, experiments, id, args) => {
  const name = typeof args.name === 'string' ? args.name : await askName(experiments, id, trans);
  if (name === null) return;
  if (name.trim() === '') throw new Error(trans.__('An experiment needs a name.'));
  await experiments.rename(id, name.trim());
};

export const remove: ExperimentAction = async ({ trans }, experiments, id, args) => {
  const runs =
    args.runs === 'delete' || args.runs === 'keep'
      ? args.runs
      : await askHowToDelete(experiments, id, trans);
  if (runs !== null) await experiments.delete(id, runs);
};

export const runTrial: ExperimentAction = async (needs, experiments, id, args) => {
  const { app, trans, loadRuns } = needs;
  const { state, notebook, trial } = await trialMeant(experiments, id, args, trans);
  const runs = await loadRuns();
  const run = await runs.start(notebook, {
    parameters: { ...state.fixed, ...trial.parameters }
  });
  await app.commands.execute(CommandIds.openRun, { run: run.id });
};

export const writeTrial: ExperimentAction = async (needs, experiments, id, args) => {
  const { notebook, trial } = await trialMeant(experiments, id, args, needs.trans);
  await writeValues(needs, notebook, trial.parameters);
};

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
    text: experiments.item(id)?.name ?? '',
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
  const name = experiments.item(id)?.name ?? id;
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
