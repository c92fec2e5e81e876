import type { RunItem } from '@chard/core/protocol/api';
import { byteSize } from '@chard/core/text';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import { openAsItWas as openInFolder, restore as restoreInto } from './comeBack';
import { runName } from './list/describeRun';
import type { Runs } from './runs';

/** What commands on runs work with. */
export interface RunNeeds {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
}

/** What a command does to the runs `ids`, of which there is at least one. */
type RunAction = (
  needs: RunNeeds,
  runs: Runs,
  ids: readonly string[],
  args: ReadonlyPartialJSONObject
) => Promise<void>;

export const rename: RunAction = async ({ trans }, runs, [id], args) => {
  const title = typeof args.title === 'string' ? args.title : await askTitle(runs.item(id!), trans);
  if (title !== null) await runs.rename(id!, title.trim() === '' ? null : title.trim());
};

export const retry: RunAction = async (_, runs, ids) => {
  for (const id of ids) await runs.retry(id);
};

export const cancel: RunAction = async (_, runs, ids) => {
  for (const id of ids) await runs.cancel(id);
};

export const remove: RunAction = async ({ trans }, runs, ids, args) => {
  if (args.ask !== false && !(await confirmDeletion(runs, ids, trans))) return;
  for (const id of ids) await runs.delete(id);
};

export const restore: RunAction = async ({ app, trans }, runs, [id], args) => {
  const { folder, withResults } = args;
  const place =
    typeof folder === 'string' ? { folder, withResults: withResults === true } : undefined;
  await restoreInto({ app, runs, trans }, id!, place);
};

export const openAsItWas: RunAction = async ({ app, trans }, runs, [id]) => {
  await openInFolder({ app, runs, trans }, id!);
};

export const runAsItWas: RunAction = async ({ app }, runs, [id]) => {
  const { id: run } = await runs.startAsItWas(id!);
  await app.commands.execute(CommandIds.openRun, { run });
};

async function askTitle(run: RunItem | null, trans: TranslationBundle): Promise<string | null> {
  const { value } = await InputDialog.getText({
    title: trans.__('Rename run'),
    label: run
      ? trans.__('Name; nothing for “%1”', runName({ ...run, title: null }, trans))
      : trans.__('Name; nothing for its number'),
    text: run?.title ?? '',
    okLabel: trans.__('Rename')
  });
  return value;
}

async function confirmDeletion(
  runs: Runs,
  ids: readonly string[],
  trans: TranslationBundle
): Promise<boolean> {
  const held = await runs.measure(ids);
  const first = runs.item(ids[0]!);
  const name = first ? runName(first, trans) : ids[0]!;
  const isTrial = ids.some(id => (runs.item(id)?.trial ?? null) !== null);
  const freed =
    held.bytes === 0
      ? trans.__('This frees nothing: other runs need all that is kept.')
      : trans.__('This frees %1 that no other run needs.', byteSize(held.bytes));
  const { button } = await showDialog({
    title:
      ids.length === 1 ? trans.__('Delete %1?', name) : trans.__('Delete %1 runs?', ids.length),
    body: [
      freed,
      trans.__('Logs and outputs go, too; the notebook stays. It cannot be undone.'),
      isTrial ? trans.__('What a trial came to stays in its experiment.') : ''
    ]
      .filter(Boolean)
      .join(' '),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  return button.accept;
}
