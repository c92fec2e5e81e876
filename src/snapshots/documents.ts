import type { ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, Notification, WidgetTracker } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { CommandIds } from '../commands';
import { compareIcon, snapshotIcon } from '../icons';
import type { SnapshotNeeds } from './needs';
import type { Snapshots } from './snapshots';

interface Needs extends SnapshotNeeds {
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  readonly restorer: ILayoutRestorer | null;
}

/** A widget with the ids of what it shows; it may come to show others. */
interface Shown extends Widget {
  readonly ids: readonly string[];
  readonly changed?: ISignal<unknown, void>;
}

/** The commands that open a snapshot, or what differs between two, as documents. */
export function addSnapshotDocuments({ app, hasRoom, restorer, trans, load }: Needs): void {
  const { commands, shell } = app;
  const open = new WidgetTracker<MainAreaWidget<Shown>>({ namespace: 'chard-snapshots' });
  const compared = new WidgetTracker<MainAreaWidget<Shown>>({
    namespace: 'chard-compared-snapshots'
  });

  const show = async (
    ids: readonly string[],
    label: string,
    make: (snapshots: Snapshots) => Promise<Shown>
  ): Promise<void> => {
    if (!hasRoom) {
      const { labLinkToSnapshots } = await import('./links');
      window.open(labLinkToSnapshots(ids), '_blank', 'noopener');
      return;
    }
    const tracker = ids.length === 1 ? open : compared;
    const there = tracker.find(({ content }) => content.ids.join() === ids.join());
    if (there) return shell.activateById(there.id);
    const snapshots = await load();
    const content = await make(snapshots);
    const widget = new MainAreaWidget({ content });
    widget.toolbar.hide();
    widget.id = `chard-snapshots-${ids.join('-')}`;
    widget.title.icon = ids.length === 1 ? snapshotIcon : compareIcon;
    widget.title.label = label;
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
    shell.activateById(widget.id);
  };
  const compare = ([before, after]: readonly string[]): Promise<void> => {
    if (before === undefined || after === undefined) throw new Error('It takes two snapshots.');
    return show([before, after], trans.__('Compare snapshots'), async snapshots => {
      const { SnapshotComparison } = await import('./compare/widget');
      return new SnapshotComparison({ snapshots, commands, trans }, [before, after]);
    });
  };
  const strings = (value: ReadonlyPartialJSONObject[string]): string[] =>
    Array.isArray(value) ? value.map(String) : [];
  const pairOf = (description: string) => ({
    type: 'array',
    items: { type: 'string' },
    minItems: 2,
    maxItems: 2,
    description
  });

  commands.addCommand(CommandIds.openSnapshot, {
    label: trans.__('Open Snapshot'),
    icon: snapshotIcon,
    describedBy: {
      args: { type: 'object', required: ['snapshot'], properties: { snapshot: { type: 'string' } } }
    },
    execute: args => {
      const id = String(args.snapshot);
      return show([id], trans.__('Snapshot %1', id.slice(0, 6)), async snapshots => {
        const { SnapshotDocument } = await import('./document/widget');
        return new SnapshotDocument({ snapshots, commands, trans }, id);
      });
    }
  });
  commands.addCommand(CommandIds.compareSnapshots, {
    label: trans.__('Compare Snapshots'),
    icon: compareIcon,
    describedBy: {
      args: {
        type: 'object',
        required: ['snapshots'],
        properties: { snapshots: pairOf('Ids: the one before, and the one after.') }
      }
    },
    execute: args => compare(strings(args.snapshots))
  });
  commands.addCommand(CommandIds.compareRunSnapshots, {
    label: trans.__('Compare What Two Runs Saw'),
    icon: compareIcon,
    describedBy: {
      args: {
        type: 'object',
        required: ['runs'],
        properties: { runs: pairOf('Ids of runs.') }
      }
    },
    execute: async args => {
      try {
        const { runs } = await load();
        const states = await Promise.all(
          strings(args.runs).map(async id => (await runs.get(id).known()).state)
        );
        const ids = states.flatMap(state => state?.snapshot?.id ?? []);
        if (ids.length !== 2) {
          throw new Error(
            trans.__('One of the runs worked without a snapshot, so what it saw is not kept.')
          );
        }
        if (ids[0] === ids[1]) {
          Notification.info(trans.__('Both runs saw the same snapshot.'), { autoClose: 5000 });
          return commands.execute(CommandIds.openSnapshot, { snapshot: ids[0]! });
        }
        return await compare(ids);
      } catch (error) {
        Notification.error((error as Error).message, { autoClose: false });
        return null;
      }
    }
  });

  void restorer?.restore(open, {
    command: CommandIds.openSnapshot,
    name: widget => widget.id,
    args: ({ content }) => ({ snapshot: content.ids[0]! })
  });
  void restorer?.restore(compared, {
    command: CommandIds.compareSnapshots,
    name: widget => widget.id,
    args: ({ content }) => ({ snapshots: [...content.ids] })
  });
}
