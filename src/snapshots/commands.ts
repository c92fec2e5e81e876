import { Notification, type ICommandPalette } from '@jupyterlab/apputils';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import type { SnapshotNeeds } from './needs';
import type { Snapshots } from './snapshots';

type Args = ReadonlyPartialJSONObject;
type Actions = typeof import('./actions');

const text = { type: 'string' } as const;
const ASK = { ask: { type: 'boolean', description: 'false: without asking.' } } as const;
const OF = { enum: ['list'], description: '`list`: the row of the context menu.' } as const;
const SNAPSHOT = { snapshot: { ...text, description: 'Its id; the selected one.' }, of: OF };

/** What a person does with snapshots. What the commands do is loaded with the first of them. */
export function addSnapshotCommands(
  needs: SnapshotNeeds & { readonly palette: ICommandPalette | null }
): void {
  const { app, notebooks, trans, load, loaded, palette } = needs;

  /** The id that a command is about; null where there is not just one. */
  const meant = ({ snapshot, of }: Args): string | null => {
    if (typeof snapshot === 'string') return snapshot;
    const row =
      of === 'list'
        ? app.contextMenuHitTest(({ dataset }) => dataset?.snapshot !== undefined)
        : undefined;
    if (row) return row.dataset.snapshot!;
    const [id, ...more] = loaded()?.selection.ids ?? [];
    return id === undefined || more.length > 0 ? null : id;
  };
  const add = (
    command: string,
    label: string,
    properties: ReadonlyJSONObject,
    run: (actions: Actions, snapshots: Snapshots, args: Args) => Promise<unknown>,
    isEnabled: (args: Args) => boolean = args => meant(args) !== null
  ): void => {
    app.commands.addCommand(command, {
      label,
      describedBy: { args: { type: 'object', properties } },
      isEnabled,
      execute: async args => {
        try {
          const [snapshots, actions] = await Promise.all([load(), import('./actions')]);
          return await run(actions, snapshots, { ...args, snapshot: meant(args) });
        } catch (error) {
          Notification.error((error as Error).message, { autoClose: false });
          return null;
        }
      }
    });
    palette?.addItem({ command, category: trans.__('Pipeline') });
  };
  const always = (): boolean => true;
  const open = (): string | null => notebooks.current?.panel.context.path ?? null;

  add(
    CommandIds.takeSnapshot,
    trans.__('Take Snapshot…'),
    { path: { ...text, description: 'A notebook’s; the open one’s.' }, title: text, ...ASK },
    (actions, snapshots, args) => actions.take(needs, snapshots, { path: open(), ...args }),
    args => typeof args.path === 'string' || open() !== null
  );
  add(
    CommandIds.restoreSnapshot,
    trans.__('Restore Snapshot…'),
    {
      ...SNAPSHOT,
      source: { ...text, description: 'One of its folders; all.' },
      paths: { type: 'array', items: text, description: 'Files and folders of the source; all.' },
      folder: { ...text, description: 'Below Jupyter’s root; else it is asked for.' }
    },
    (actions, snapshots, args) => actions.restore(needs, snapshots, args)
  );
  add(
    CommandIds.deleteSnapshot,
    trans.__('Delete Snapshot…'),
    { ...SNAPSHOT, ...ASK },
    (actions, snapshots, args) => actions.remove(needs, snapshots, args)
  );
  add(
    CommandIds.copySnapshotLink,
    trans.__('Copy Link to Snapshot'),
    SNAPSHOT,
    async (actions, _, args) => actions.copyLink(args)
  );
  add(
    CommandIds.checkSnapshots,
    trans.__('Check Snapshots…'),
    { repair: { type: 'boolean', description: 'Mends what can be mended; without asking.' } },
    (actions, snapshots, args) => actions.check(needs, snapshots, args),
    always
  );
  add(
    CommandIds.pruneSnapshots,
    trans.__('Remove Old Snapshots…'),
    { notebook: { ...text, description: 'Of this notebook, to begin with.' } },
    (actions, snapshots, args) => actions.prune(needs, snapshots, { notebook: open(), ...args }),
    always
  );
}
