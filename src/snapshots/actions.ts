import {
  checkSnapshots,
  deleteSnapshot,
  measureSnapshotRemoval,
  pruneSnapshots,
  restoreSnapshot,
  takeSnapshotOf
} from '@chard/core/protocol/api';
import { printableName, type SnapshotProblem } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../commands';
import { followWork } from '../runs/longWork';
import type { SnapshotAction } from './needs';
import { askWhetherToCheck, showCheck } from './dialogs/check';
import { askWhatToRemove } from './dialogs/prune';
import { freeFolder } from '../runs/freeFolder';
import { askWhereTo, folderNameOf, type RestoreChoice } from './dialogs/restore';
import { askToTake } from './dialogs/take';
import { labLinkToSnapshots } from './lab';
import type { Snapshots } from './snapshots';
import { amountOf, folderName, reasonOf, snapshotName } from './words';

export { compare, compareRuns, open } from './documents';

const MOST_PROBLEMS = 5;

/** Says first how much it is; then takes it. @returns the snapshot's id; null where it was given up */
export const take: SnapshotAction = async (
  { app, notebooks, trans },
  snapshots,
  { notebook: path, title, ask }
) => {
  if (typeof path !== 'string') throw new Error(trans.__('Open a notebook first.'));
  const { api } = snapshots.runs;
  const open = notebooks.all.find(({ panel }) => panel.context.path === path);
  const isDirty = open?.panel.context.model.dirty ?? false;
  const given = typeof title === 'string' ? title.trim() : '';
  const chosen =
    ask === false ? { title: given } : await askToTake({ api, path, isDirty, title: given, trans });
  if (chosen === null) return null;
  const body = { path, ...(chosen.title !== '' && { title: chosen.title }) };
  const input = { params: {}, query: {}, body };
  const taken = await followWork(
    trans.__('Taking a snapshot'),
    watch => api.work(takeSnapshotOf, input, watch),
    trans
  );
  if (taken === null) return null;
  const { snapshot } = taken;
  const isOld = snapshots.get(snapshot.id) !== undefined;
  const action = {
    label: trans.__('Open'),
    callback: () => void app.commands.execute(CommandIds.openSnapshot, { snapshot: snapshot.id })
  };
  const message = isOld
    ? trans.__(
        'Nothing has changed since the snapshot “%1”: it is the same.',
        snapshotName(snapshot)
      )
    : trans.__('The snapshot is taken: %1 of it are new.', byteSize(snapshot.addedBytes));
  if (snapshot.problemCount === 0) {
    Notification.success(message, { actions: [action], autoClose: 10_000 });
  } else {
    const left = trans._n(
      '%1 file could not be taken as it was: the snapshot says which.',
      '%1 files could not be taken as they were: the snapshot says which.',
      snapshot.problemCount
    );
    Notification.warning(`${message}\n${left}`, { actions: [action], autoClose: false });
  }
  await snapshots.refresh();
  return snapshot.id;
};

/** Puts a snapshot, or chosen files of it, into a folder, or back where they were after that was confirmed. */
export const restore: SnapshotAction = async (
  { app, trans },
  snapshots,
  { snapshot: id, source, paths, folder }
) => {
  const item = await itemOf(snapshots, String(id));
  const chosen = Array.isArray(paths) ? paths.map(String) : [];
  const from = typeof source === 'string' ? source : null;
  const choice: RestoreChoice | null =
    typeof folder === 'string'
      ? { folder }
      : await askWhereTo({
          item,
          source: from,
          paths: chosen,
          folder: await freeFolder(app.serviceManager.contents, folderNameOf(item)),
          trans
        });
  if (choice === null) return false;
  const sources = item.sources.filter(({ name }) => from === null || name === from);
  if ('inPlace' in choice && !(await confirmInPlace(sources, chosen, trans))) return false;
  const input = {
    params: { snapshot: item.id },
    query: {},
    body: { ...choice, ...(from !== null && { source: from }), paths: chosen }
  };
  const done = await followWork(
    trans.__('Restoring'),
    watch => snapshots.runs.api.work(restoreSnapshot, input, watch),
    trans
  );
  if (done === null) {
    Notification.info(
      'inPlace' in choice
        ? trans.__('Given up: the files that were put back until then stay.')
        : trans.__('Given up: nothing was restored.'),
      { autoClose: 8000 }
    );
    return false;
  }
  const [place = ''] = Object.values(done.places);
  const top = 'folder' in choice ? choice.folder : place;
  const amount = amountOf(done.files, done.bytes, trans);
  const message =
    done.unchanged > 0
      ? trans.__(
          '%1, are in %2; %3 of them were there already.',
          amount,
          folderName(top, trans),
          done.unchanged.toLocaleString()
        )
      : trans.__('%1, are in %2.', amount, folderName(top, trans));
  const show = {
    label: trans.__('Show'),
    callback: () => void app.commands.execute('filebrowser:go-to-path', { path: top })
  };
  if (done.problems.length === 0)
    Notification.success(message, { actions: [show], autoClose: 10_000 });
  else {
    Notification.warning([message, ...problemsInWords(done.problems, trans)].join('\n'), {
      actions: [show],
      autoClose: false
    });
  }
  return true;
};

/** Says what deleting a snapshot frees, or why it stays; then deletes it. */
export const remove: SnapshotAction = async ({ trans }, snapshots, { snapshot: id, ask }) => {
  const { api } = snapshots.runs;
  const input = { params: { snapshot: String(id) }, query: {}, body: {} };
  if (ask !== false) {
    const { snapshot: item, bytes } = await api.ask(measureSnapshotRemoval, input);
    if (item.needs.count > 0) {
      await showDialog({
        title: trans.__('The snapshot stays'),
        body: trans.__(
          'It is needed: %1. Delete that first; a snapshot that was taken for a run goes with the last run that needs it.',
          reasonOf(item, trans)
        ),
        buttons: [Dialog.okButton()]
      });
      return false;
    }
    const { button } = await showDialog({
      title: trans.__('Delete the snapshot “%1”?', snapshotName(item)),
      body: trans.__(
        'This frees %1 that no other snapshot has. Your folders stay as they are. It cannot be undone.',
        byteSize(bytes)
      ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.warnButton({ label: trans.__('Delete') })
      ]
    });
    if (!button.accept) return false;
  }
  const { report } = await api.ask(deleteSnapshot, input);
  for (const each of report.removed) snapshots.tellDeleted(each);
  await snapshots.refresh();
  return true;
};

/** Reads all that is kept, says what is not as it was written, and mends it where that is wanted. */
export const check: SnapshotAction = async ({ trans }, snapshots, { repair }) => {
  let repairs: boolean | null =
    typeof repair === 'boolean' ? repair : await askWhetherToCheck(snapshots, trans);
  while (repairs !== null) {
    const body = { repair: repairs };
    const done = await followWork(
      trans.__('Checking the snapshots'),
      watch => snapshots.runs.api.work(checkSnapshots, { params: {}, query: {}, body }, watch),
      trans
    );
    if (done === null) return;
    const { report } = done;
    if (report.damages.length === 0) {
      const read = trans._n(
        'Sound: %1 snapshot, %2 were read.',
        'Sound: %1 snapshots, %2 were read.',
        report.snapshots,
        byteSize(report.bytes)
      );
      Notification.success(read, { autoClose: 10_000 });
      return;
    }
    repairs = (await showCheck(report, snapshots, repairs, trans)) ? true : null;
  }
};

/** Shows which snapshots no rule keeps, and removes them. @returns how many went */
export const prune: SnapshotAction = async ({ trans }, snapshots, { notebook }) => {
  const of = typeof notebook === 'string' ? notebook : null;
  const rules = await askWhatToRemove(snapshots, of, trans);
  if (rules === null) return 0;
  const { api } = snapshots.runs;
  const input = { params: {}, query: {}, body: { ...rules, dryRun: false } };
  const { report } = await api.ask(pruneSnapshots, input);
  for (const id of report.removed) snapshots.tellDeleted(id);
  Notification.success(
    trans._n(
      '%1 snapshot removed, %2 freed.',
      '%1 snapshots removed, %2 freed.',
      report.removed.length,
      byteSize(report.bytes)
    ),
    { autoClose: 8000 }
  );
  await snapshots.refresh();
  return report.removed.length;
};

/** @returns the link */
export const copyLink: SnapshotAction = (_needs, _snapshots, { snapshot }) => {
  const link = labLinkToSnapshots([String(snapshot)]);
  Clipboard.copyToSystem(link);
  return Promise.resolve(link);
};

async function itemOf(snapshots: Snapshots, id: string) {
  if (snapshots.get(id) === undefined) await snapshots.refresh();
  const item = snapshots.get(id);
  if (item === undefined) throw new Error(snapshots.problem ?? `There is no snapshot ${id}.`);
  return item;
}

async function confirmInPlace(
  sources: readonly { readonly folder: string }[],
  paths: readonly string[],
  trans: TranslationBundle
): Promise<boolean> {
  const where = sources.map(({ folder }) => folderName(folder, trans)).join(', ');
  const what =
    paths.length === 0
      ? trans.__('All files of the snapshot are put over those in %1.', where)
      : trans._n(
          '%1 file or folder is put over what is in %2.',
          '%1 files and folders are put over what is in %2.',
          paths.length,
          where
        );
  const { button } = await showDialog({
    title: trans.__('Put files over those that are there?'),
    body: [
      what,
      trans.__(
        'What you have changed in them since is lost. Files that the snapshot does not have stay. It cannot be undone.'
      )
    ].join(' '),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Put back') })
    ]
  });
  return button.accept;
}

function problemsInWords(problems: readonly SnapshotProblem[], trans: TranslationBundle): string[] {
  const rest = problems.length - MOST_PROBLEMS;
  return [
    ...problems
      .slice(0, MOST_PROBLEMS)
      .map(({ source, path, message }) => `${printableName(path || source)}: ${message}`),
    ...(rest > 0 ? [trans._n('and %1 more', 'and %1 more', rest)] : [])
  ];
}
