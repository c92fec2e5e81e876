import { comparePipelines, type Pipeline } from '@chard/core/pipeline';
import { checkNotebook, ParameterValues } from '@chard/core/protocol/api';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { z } from 'zod';
import type { IChardNotebooks } from '../../tokens';
import { ApiError } from '../api';
import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';
import { stepTitle } from '../text';
import { keptWhenResumed } from './selection';

interface Services {
  readonly notebooks: IChardNotebooks;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
}

/**
 * Starts a run of the notebook as it is now, from `step` on, with the run's parameters; what stands above is taken from the run.
 * Where the code of what would be taken has changed since, the person chooses.
 * @returns the new run's id; null where the person thought better of it. Throws an `ApiError` where the server does not start it.
 */
export async function resumeRun(
  { notebooks, runs, trans }: Services,
  run: LiveRun,
  step: string
): Promise<string | null> {
  const path = runs.pathOf(run.item!);
  await save(notebooks, path, trans);
  const { pipeline } = await runs.api.ask(checkNotebook, { params: {}, query: {}, body: { path } });
  const changed = changedAbove(run, step, pipeline);
  const isTaken =
    changed.length === 0 ||
    (await ask(
      changed.map(name => stepTitle(name, trans)),
      trans
    ));
  if (isTaken === null) return null;
  const next = await runs.start(path, {
    parameters: parametersOf(run, pipeline),
    ...(isTaken && { from: step, base: run.id })
  });
  return next.id;
}

/** What is in the browser and not saved yet is what the person means. */
async function save(
  notebooks: IChardNotebooks,
  path: string,
  trans: TranslationBundle
): Promise<void> {
  const open = notebooks.all.find(({ panel }) => panel.context.path === path);
  if (!open?.panel.context.model.dirty) return;
  await open.panel.context.save();
  if (open.panel.context.model.dirty) {
    throw new ApiError('not-saved', trans.__('The notebook could not be saved.'));
  }
}

/** The steps whose results would be taken although their code has changed since the run. */
function changedAbove(run: LiveRun, step: string, now: Pipeline | null): string[] {
  if (!now || !run.pipeline || !run.state) return [];
  const { changed } = comparePipelines(run.pipeline, now);
  return keptWhenResumed(run.state, step)
    .map(({ name }) => name)
    .filter(name => changed.includes(name));
}

/** The run's parameters, as far as the notebook still has them. */
function parametersOf({ state }: LiveRun, now: Pipeline | null): z.input<typeof ParameterValues> {
  const names = new Set(now?.parameters.map(({ name }) => name));
  const values = ParameterValues.parse(state?.parameters ?? {});
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/** True: their old results; false: run what changed as well; null: nothing. */
async function ask(changed: readonly string[], trans: TranslationBundle): Promise<boolean | null> {
  const { button } = await showDialog({
    title: trans.__('Steps above have changed'),
    body: trans.__(
      '%1: the code is another than in this run. Resuming takes what the old code left. Running the notebook runs these again as well.',
      changed.join(', ')
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Take the old results'), actions: ['take'] }),
      Dialog.okButton({ label: trans.__('Run what changed'), actions: ['run'] })
    ],
    defaultButton: 2
  });
  if (!button.accept) return null;
  return button.actions.includes('take');
}
