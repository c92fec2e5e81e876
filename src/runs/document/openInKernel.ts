import { METRICS_STEP } from '@chard/core/pipeline';
import { getStepKernel } from '@chard/core/protocol/api';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';
import { runTitle } from '../text';
import { stateNotebook, stateNotebookName } from './stateNotebook';

interface Services {
  readonly app: JupyterFrontEnd;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
}

/**
 * Opens a notebook beside the run's whose kernel holds what the step got, with the step's cells below, ready to run. It says
 * itself what went wrong.
 */
export async function openStepInKernel(
  { app, runs, trans }: Services,
  run: LiveRun,
  step: string
): Promise<void> {
  try {
    const params = { run: run.id, step };
    const { kernel, setup, cells, missing } = await runs.api.ask(getStepKernel, {
      params,
      query: {},
      body: {}
    });
    const title = step === METRICS_STEP ? trans.__('Metrics') : step;
    const content = stateNotebook({
      kernel,
      setup,
      cells,
      heading: trans.__('# %1, as it began', title),
      text: [
        trans.__('What this step got in the run _%1_.', runTitle(run.item!, trans)),
        trans.__('The cell below puts it into the kernel: run it again after a restart.'),
        ...missing.map(({ name, why }) => trans.__('`%1` is not there: %2.', name, why ?? ''))
      ].join(' '),
      comment: trans.__('Puts into this kernel what the step had before its first cell.')
    });
    const { contents } = app.serviceManager;
    const path = await freePath(contents, runs.pathOf(run.item!), title);
    await contents.save(path, { type: 'notebook', format: 'json', content });
    const panel = (await app.commands.execute('docmanager:open', {
      path,
      factory: 'Notebook',
      ...(kernel !== null && { kernelPreference: { name: kernel, shouldStart: true } })
    })) as NotebookPanel;
    await enterState(panel);
  } catch (error) {
    const { message } = error as Error;
    Notification.error(trans.__('The step could not be opened in a kernel: %1', message), {
      autoClose: false
    });
  }
}

/** Runs the cell that puts the state into the kernel, and stops at the first one of the step. */
async function enterState({ context, content, sessionContext }: NotebookPanel): Promise<void> {
  await Promise.all([context.ready, sessionContext.ready]);
  const setup = content.widgets.findIndex(({ model }) => model.type === 'code');
  content.activeCellIndex = setup;
  content.deselectAll();
  await NotebookActions.run(content, sessionContext);
  content.activeCellIndex = Math.min(setup + 1, content.widgets.length - 1);
  content.mode = 'command';
  await context.save();
}

/** A path in the notebook's folder that nothing has yet. */
async function freePath(
  contents: Contents.IManager,
  notebook: string,
  step: string
): Promise<string> {
  const folder = PathExt.dirname(notebook);
  const listed = (await contents.get(folder, { content: true })).content as { name: string }[];
  const taken = new Set(listed.map(({ name }) => name));
  return PathExt.join(folder, stateNotebookName(PathExt.basename(notebook), step, taken));
}
