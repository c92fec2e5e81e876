import { Clipboard, Notification, type ICommandPalette } from '@jupyterlab/apputils';
import type { RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import { deleteIcon, linkIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds, describedBy } from '../commands';
import {
  chardIcon,
  closeSmallIcon,
  notebookKindIcon,
  parametersIcon,
  pencilIcon,
  restoreIcon,
  reusedIcon
} from '../icons';
import type * as Actions from './actions';
import type { RunNeeds } from './actions';
import { canRetry } from './list/describeRun';
import { labLinkToRuns } from './lab';
import type { Runs } from './runs';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

interface Needs extends RunNeeds {
  readonly palette: ICommandPalette | null;
  /** The runs, loaded when they are first needed. */
  readonly load: () => Promise<Runs>;
  /** Those that are loaded already. */
  readonly loaded: () => Runs | null;
  /** The run whose document is in front; null where none is. */
  readonly shown: () => string | null;
}

type Args = ReadonlyPartialJSONObject;

/**
 * The commands that manage runs: by their ids, of the list’s rows, or the one that is shown. What they do is loaded with the first of
 * them.
 */
export function addRunCommands(needs: Needs): void {
  const { app, trans, palette, load, loaded, shown } = needs;
  const { commands } = app;

  /** The ids that a command is about. */
  const meant = ({ run, runs: ids, of }: Args): readonly string[] => {
    if (typeof run === 'string') return [run];
    if (Array.isArray(ids)) return ids.filter(id => typeof id === 'string');
    const selection = loaded()?.selection;
    const inFront = of === undefined ? shown() : null;
    if (inFront !== null) return [inFront];
    if (of !== 'list') return selection?.ids ?? [];
    const row = app.contextMenuHitTest(({ dataset }) => dataset?.run !== undefined);
    const id = row?.dataset.run;
    return id === undefined ? [] : (selection?.meant(id) ?? [id]);
  };
  const items = (args: Args): RunItem[] => meant(args).flatMap(id => loaded()?.item(id) ?? []);
  const one = (args: Args): RunItem | null => {
    const found = items(args);
    return found.length === 1 ? found[0]! : null;
  };
  /** A run that the list does not have can only be asked for: the server says what is wrong. */
  const isNamed = ({ run, runs: ids }: Args): boolean => run !== undefined || ids !== undefined;
  /** Does something to the runs that are meant; says what went wrong. */
  const doing =
    (action: keyof typeof Actions) =>
    async (args: Args): Promise<void> => {
      const ids = meant(args);
      if (ids.length === 0) return;
      try {
        const [runs, actions] = await Promise.all([load(), import('./actions')]);
        await actions[action](needs, runs, ids, args);
      } catch (error) {
        Notification.error((error as Error).message, { autoClose: false });
      }
    };

  commands.addCommand(CommandIds.renameRun, {
    label: trans.__('Rename Run…'),
    icon: pencilIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: takes('rename'),
    execute: doing('rename')
  });

  commands.addCommand(CommandIds.retryRun, {
    label: trans.__('Go On From Where It Failed'),
    caption: trans.__('What has succeeded is kept; the rest is run again, as it was'),
    icon: reusedIcon,
    isEnabled: args => isNamed(args) || (items(args).length > 0 && items(args).every(canRetry)),
    describedBy: takes('oneOrSeveral'),
    execute: doing('retry')
  });

  commands.addCommand(CommandIds.cancelRun, {
    label: trans.__('Cancel Run'),
    icon: stopIcon,
    isEnabled: args => isNamed(args) || items(args).some(({ state }) => !isOver(state)),
    describedBy: takes('oneOrSeveral'),
    execute: doing('cancel')
  });

  commands.addCommand(CommandIds.deleteRuns, {
    label: args =>
      items(args).length > 1
        ? trans.__('Delete %1 Runs…', items(args).length)
        : trans.__('Delete Run…'),
    icon: deleteIcon,
    isEnabled: args =>
      isNamed(args) || (items(args).length > 0 && items(args).every(({ state }) => isOver(state))),
    describedBy: takes('remove'),
    execute: doing('remove')
  });

  commands.addCommand(CommandIds.runAgain, {
    label: trans.__('Run Again with Its Parameters…'),
    caption: trans.__(
      'Run the notebook as it is now, with the parameters of this run to begin with'
    ),
    icon: parametersIcon,
    isEnabled: args => one(args) !== null && commands.isEnabled(CommandIds.runWithParameters),
    describedBy: takes('one'),
    execute: args => {
      const run = one(args);
      return run && commands.execute(CommandIds.runWithParameters, { parameters: run.parameters });
    }
  });

  commands.addCommand(CommandIds.restoreRun, {
    label: trans.__('Restore…'),
    caption: trans.__('Put the notebook and its data, as the run saw them, into a folder'),
    icon: restoreIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: takes('restore'),
    execute: doing('restore')
  });

  commands.addCommand(CommandIds.openAsItWas, {
    label: trans.__('Open as It Was'),
    caption: trans.__('Open the run’s notebook with its data, in a folder of its own'),
    icon: notebookKindIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: takes('one'),
    execute: doing('openAsItWas')
  });

  commands.addCommand(CommandIds.runAsItWas, {
    label: trans.__('Run Again as It Was'),
    caption: trans.__('The same code, values and data; your folder stays as it is'),
    icon: reusedIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: takes('one'),
    execute: doing('runAsItWas')
  });

  commands.addCommand(CommandIds.copyRunLink, {
    label: trans.__('Copy Link to Run'),
    icon: linkIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: takes('one'),
    execute: args => {
      const [id] = meant(args);
      if (id === undefined) return null;
      const link = labLinkToRuns([id]);
      Clipboard.copyToSystem(link);
      Notification.success(trans.__('The link to this run is copied.'), { autoClose: 3000 });
      return link;
    }
  });

  commands.addCommand(CommandIds.compareSelected, {
    label: trans.__('Compare Runs'),
    isEnabled: args => items(args).length > 1,
    describedBy: takes('several'),
    execute: args => commands.execute(CommandIds.compareRuns, { runs: [...meant(args)] })
  });

  commands.addCommand(CommandIds.openSelected, {
    label: trans.__('Open'),
    icon: chardIcon,
    isEnabled: args => items(args).length > 0,
    describedBy: takes('several'),
    execute: async args => {
      for (const run of meant(args)) await commands.execute(CommandIds.openRun, { run });
    }
  });

  commands.addCommand(CommandIds.clearSelection, {
    label: trans.__('Select No Run'),
    icon: closeSmallIcon,
    isEnabled: () => (loaded()?.selection.ids.length ?? 0) > 0,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => loaded()?.selection.clear()
  });

  for (const command of [
    CommandIds.renameRun,
    CommandIds.retryRun,
    CommandIds.cancelRun,
    CommandIds.deleteRuns,
    CommandIds.restoreRun,
    CommandIds.openAsItWas,
    CommandIds.runAsItWas,
    CommandIds.copyRunLink,
    CommandIds.runAgain
  ]) {
    palette?.addItem({ command, category: trans.__('Pipeline') });
  }
}
