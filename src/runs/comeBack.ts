import { byteSize } from '@chard/core/text';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { restoreRun } from '@chard/core/protocol/api';
import type { z } from 'zod';
import type { Runs } from './runs';

type Restored = z.output<(typeof restoreRun)['answer']>;

/** What coming back from a run needs. */
export interface ComeBack {
  readonly app: JupyterFrontEnd;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
}

/** Asks for a folder and puts what a run saw there. @param folder below Jupyter's root; without it, it is asked for */
export async function restore(
  { app, runs, trans }: ComeBack,
  run: string,
  folder?: string
): Promise<Restored | null> {
  const chosen = folder ?? (await askFolder(runs, run, trans));
  if (chosen === null) return null;
  const restored = await ask(runs, run, chosen);
  const message = trans.__(
    '%1, %2, are in %3.',
    trans._n('%1 file', '%1 files', restored.files),
    byteSize(restored.bytes),
    restored.folder
  );
  const show = {
    label: trans.__('Show'),
    callback: () => void app.commands.execute('filebrowser:go-to-path', { path: restored.folder })
  };
  const problems = restored.problems.map(({ path, message: why }) => `${path}: ${why}`);
  if (problems.length === 0) Notification.success(message, { actions: [show], autoClose: 10_000 });
  else {
    Notification.warning([message, ...problems.slice(0, 5)].join('\n'), {
      actions: [show],
      autoClose: false
    });
  }
  return restored;
}

/** Puts what a run saw into a new folder and opens its notebook there; tells what is different of the environment. */
export async function openAsItWas({ app, runs, trans }: ComeBack, run: string): Promise<Restored> {
  const restored = await ask(runs, run);
  await app.commands.execute('docmanager:open', { path: restored.notebook });
  const { environment, folder } = restored;
  if (environment?.length === 0) {
    const same = trans.__(
      'The run as it was is in %1. The environment is the same as then.',
      folder
    );
    Notification.info(same, { autoClose: 10_000 });
    return restored;
  }
  await showDialog({
    title: trans.__('The run as it was'),
    body: differences(environment, folder, trans),
    buttons: [Dialog.okButton()]
  });
  return restored;
}

async function ask(runs: Runs, run: string, folder?: string): Promise<Restored> {
  const body = folder === undefined ? {} : { folder };
  return runs.api.ask(restoreRun, { params: { run }, query: {}, body });
}

async function askFolder(
  runs: Runs,
  run: string,
  trans: TranslationBundle
): Promise<string | null> {
  const item = (await runs.get(run).known()).item ?? runs.list.get(run);
  const path = item?.notebook ?? '';
  const stem = path.slice(0, path.length - PathExt.extname(path).length);
  const { value, button } = await InputDialog.getText({
    title: trans.__('Restore run'),
    label: trans.__('Put the notebook and its data, as the run saw them, into this new folder'),
    text: `${stem}-run-${item?.number ?? ''}`,
    okLabel: trans.__('Restore')
  });
  const folder = value?.trim().replace(/^\/+|\/+$/g, '') ?? '';
  return button.accept && folder !== '' ? folder : null;
}

function differences(
  environment: Restored['environment'],
  folder: string,
  trans: TranslationBundle
): string {
  if (environment === null) {
    return trans.__('It is in %1. The kernel that it ran in is not here any more.', folder);
  }
  const shown = environment.slice(0, 12).map(({ what, before, now }) => {
    const nothing = trans.__('not there');
    return trans.__('%1: %2 then, %3 now', what, before ?? nothing, now ?? nothing);
  });
  const rest = environment.length - shown.length;
  const more = rest > 0 ? [trans._n('and %1 more', 'and %1 more', rest)] : [];
  const intro = trans.__('It is in %1. The environment is not the same as then:', folder);
  return [intro, ...shown, ...more].join('\n');
}
