import { MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { CommandIds } from '../commands';
import { activate } from '../focus/activate';
import { compareIcon } from '../icons';
import { snapshotIcon } from './icon';
import { labLinkToSnapshots } from './lab';
import type { SnapshotAction, SnapshotNeeds, SnapshotWidget } from './needs';
import type { Snapshots } from './snapshots';

/** Opens a snapshot (`snapshot`), or what `snapshots` has: one, or two that are compared. */
export const open: SnapshotAction = (needs, snapshots, { snapshot, snapshots: several }) =>
  show(needs, snapshots, Array.isArray(several) ? several.map(String) : [String(snapshot)]);

export const compare: SnapshotAction = (needs, snapshots, { snapshots: pair }) => {
  if (!Array.isArray(pair) || pair.length !== 2) throw new Error('It takes two snapshots.');
  return show(needs, snapshots, pair.map(String));
};

/** Compares the snapshots of two runs: what they saw. */
export const compareRuns: SnapshotAction = async (needs, snapshots, { runs }) => {
  const { app, trans } = needs;
  const ids = Array.isArray(runs) ? runs.map(String) : [];
  const seen: string[] = [];
  for (const id of ids) {
    const { state } = await snapshots.runs.get(id).known();
    if (state?.snapshot) seen.push(state.snapshot.id);
  }
  if (seen.length !== 2) {
    throw new Error(
      trans.__('One of the runs worked without a snapshot, so what it saw is not kept.')
    );
  }
  if (seen[0] !== seen[1]) return show(needs, snapshots, seen);
  Notification.info(trans.__('Both runs saw the same snapshot.'), { autoClose: 5000 });
  return app.commands.execute(CommandIds.openSnapshot, { snapshot: seen[0]! });
};

async function show(
  { app: { commands, shell }, hasRoom, tracker, trans }: SnapshotNeeds,
  snapshots: Snapshots,
  ids: readonly string[]
): Promise<void> {
  if (!hasRoom) {
    window.open(labLinkToSnapshots(ids), '_blank', 'noopener');
    return;
  }
  const there = tracker.find(({ content }) => content.ids.join() === ids.join());
  if (there) return activate(shell, there);
  const [first, second] = ids;
  const services = { snapshots, commands, trans };
  let content: SnapshotWidget;
  if (second === undefined) {
    const { SnapshotDocument } = await import('./document/widget');
    content = new SnapshotDocument(services, first!);
  } else {
    const { SnapshotComparison } = await import('./compare/widget');
    content = new SnapshotComparison(services, [first!, second]);
  }
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.id = `chard-snapshots-${ids.join('-')}`;
  widget.title.icon = second === undefined ? snapshotIcon : compareIcon;
  widget.title.label =
    second === undefined
      ? trans.__('Snapshot %1', first!.slice(0, 6))
      : trans.__('Compare snapshots');
  widget.title.caption = ids.join(', ');
  widget.title.closable = true;
  const close = (_: unknown, id: string): void => {
    if (content.ids.includes(id)) widget.close();
  };
  snapshots.deleted.connect(close);
  widget.disposed.connect(() => snapshots.deleted.disconnect(close));
  content.changed?.connect(() => void tracker.save(widget));
  await tracker.add(widget);
  shell.add(widget, 'main', { mode: 'tab-after', type: 'Snapshot' });
  activate(shell, widget);
}
