import { Notification, type ICommandPalette } from '@jupyterlab/apputils';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import type * as Actions from './actions';
import type { SnapshotNeeds } from './needs';
import type { Snapshots } from './snapshots';

type Args = ReadonlyPartialJSONObject;

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const flag = { type: 'boolean' } as const;
const snapshot = { ...text, description: 'An id; else the selected one.' };
const one = { snapshot, of: { enum: ['list'] } };

/** What a person does with snapshots. What the commands do is loaded with the first of them. */
export function addSnapshotCommands(
  needs: SnapshotNeeds,
  palette: ICommandPalette | null,
  load: () => Promise<Snapshots>,
  loaded: () => Snapshots | null
): void {
  const { app, notebooks, trans } = needs;

  /** The snapshot that a command is about; null where there is not just one. */
  const meant = ({ snapshot: id, of }: Args): string | null => {
    if (typeof id === 'string') return id;
    const row = of && app.contextMenuHitTest(({ dataset }) => dataset?.snapshot !== undefined);
    if (row) return row.dataset.snapshot!;
    const [first = null, second] = loaded()?.selection.ids ?? [];
    return second === undefined ? first : null;
  };
  const open = (): string | undefined => notebooks.current?.panel.context.path;
  const add = (
    command: string,
    action: keyof typeof Actions,
    label: string,
    properties: ReadonlyJSONObject,
    isEnabled: (args: Args) => boolean = () => true
  ): void => {
    app.commands.addCommand(command, {
      label,
      describedBy: { args: { type: 'object', properties } },
      isEnabled,
      execute: async args => {
        try {
          const [snapshots, actions] = await Promise.all([load(), import('./actions')]);
          const given = { notebook: open() ?? null, ...args, snapshot: meant(args) };
          return await actions[action](needs, snapshots, given);
        } catch (error) {
          Notification.error((error as Error).message, { autoClose: false });
          return null;
        }
      }
    });
    palette?.addItem({ command, category: trans.__('Pipeline') });
  };
  const isOne = (args: Args): boolean => meant(args) !== null;

  add(
    CommandIds.takeSnapshot,
    'take',
    trans.__('Take Snapshot…'),
    { notebook: text, title: text, ask: flag },
    args => args.notebook !== undefined || open() !== undefined
  );
  add(
    CommandIds.openSnapshot,
    'open',
    trans.__('Open Snapshot'),
    { ...one, snapshots: texts },
    args => args.snapshots !== undefined || isOne(args)
  );
  add(
    CommandIds.compareSnapshots,
    'compare',
    trans.__('Compare Snapshots'),
    { snapshots: texts },
    args => args.snapshots !== undefined
  );
  add(
    CommandIds.compareRunSnapshots,
    'compareRuns',
    trans.__('Compare What Two Runs Saw'),
    { runs: texts },
    args => args.runs !== undefined
  );
  add(
    CommandIds.restoreSnapshot,
    'restore',
    trans.__('Restore Snapshot…'),
    { ...one, source: text, paths: texts, folder: text },
    isOne
  );
  add(
    CommandIds.deleteSnapshot,
    'remove',
    trans.__('Delete Snapshot…'),
    { ...one, ask: flag },
    isOne
  );
  add(CommandIds.copySnapshotLink, 'copyLink', trans.__('Copy Link to Snapshot'), one, isOne);
  add(CommandIds.checkSnapshots, 'check', trans.__('Check Snapshots…'), { repair: flag });
  add(CommandIds.pruneSnapshots, 'prune', trans.__('Remove Old Snapshots…'), { notebook: text });
}
