import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  InputDialog,
  Notification,
  showDialog,
  type ICommandPalette
} from '@jupyterlab/apputils';
import type { RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon, linkIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../commands';
import {
  chardIcon,
  closeSmallIcon,
  notebookKindIcon,
  parametersIcon,
  pencilIcon,
  restoreIcon,
  reusedIcon
} from '../icons';
import { canRetry, runName } from './list/describeRun';
import { labLinkToRuns } from './lab';
import type { Runs } from './runs';
import { byteSize } from '@chard/core/text';

interface Needs {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
  readonly palette: ICommandPalette | null;
  /** The runs, loaded when they are first needed. */
  readonly load: () => Promise<Runs>;
  /** Those that are loaded already. */
  readonly loaded: () => Runs | null;
  /** The run whose document is in front; null where none is. */
  readonly shown: () => string | null;
}

type Args = ReadonlyPartialJSONObject;

const ONE = {
  run: { type: 'string', description: 'The run’s id; else the one that is shown, or selected.' },
  of: {
    enum: ['list', 'selection'],
    description:
      '`list`: the row that the context menu was opened on; `selection`: the selected ones, whatever is shown.'
  }
} as const;
const SEVERAL = {
  runs: {
    type: 'array',
    items: { type: 'string' },
    description: 'Ids; else the one that is shown, or the selected ones.'
  },
  of: ONE.of
} as const;

/** The commands that manage runs: by their ids, of the list’s rows, or the one that is shown. */
export function addRunCommands({ app, trans, palette, load, loaded, shown }: Needs): void {
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
  const items = (args: Args): RunItem[] => meant(args).flatMap(id => loaded()?.list.get(id) ?? []);
  const one = (args: Args): RunItem | null => {
    const found = items(args);
    return found.length === 1 ? found[0]! : null;
  };
  /** A run that the list does not have can only be asked for: the server says what is wrong. */
  const isNamed = ({ run, runs: ids }: Args): boolean => run !== undefined || ids !== undefined;
  const doing = async (work: (runs: Runs) => Promise<void>): Promise<void> => {
    try {
      await work(await load());
    } catch (error) {
      Notification.error((error as Error).message, { autoClose: false });
    }
  };

  commands.addCommand(CommandIds.renameRun, {
    label: trans.__('Rename Run…'),
    icon: pencilIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          title: { type: 'string', description: 'Without it, it is asked for; empty removes it.' }
        }
      }
    },
    execute: args =>
      doing(async runs => {
        const [id] = meant(args);
        if (id === undefined) return;
        const title =
          typeof args.title === 'string' ? args.title : await askTitle(runs.list.get(id), trans);
        if (title !== null) await runs.rename(id, title.trim() === '' ? null : title.trim());
      })
  });

  commands.addCommand(CommandIds.retryRun, {
    label: trans.__('Go On From Where It Failed'),
    caption: trans.__('What has succeeded is kept; the rest is run again, as it was'),
    icon: reusedIcon,
    isEnabled: args => isNamed(args) || (items(args).length > 0 && items(args).every(canRetry)),
    describedBy: { args: { type: 'object', properties: { ...ONE, ...SEVERAL } } },
    execute: args =>
      doing(async runs => {
        for (const id of meant(args)) await runs.retry(id);
      })
  });

  commands.addCommand(CommandIds.cancelRun, {
    label: trans.__('Cancel Run'),
    icon: stopIcon,
    isEnabled: args => isNamed(args) || items(args).some(({ state }) => !isOver(state)),
    describedBy: { args: { type: 'object', properties: { ...ONE, ...SEVERAL } } },
    execute: args =>
      doing(async runs => {
        for (const id of meant(args)) await runs.cancel(id);
      })
  });

  commands.addCommand(CommandIds.deleteRuns, {
    label: args =>
      items(args).length > 1
        ? trans.__('Delete %1 Runs…', items(args).length)
        : trans.__('Delete Run…'),
    icon: deleteIcon,
    isEnabled: args =>
      isNamed(args) || (items(args).length > 0 && items(args).every(({ state }) => isOver(state))),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          ...SEVERAL,
          ask: { type: 'boolean', description: 'false deletes without asking.' }
        }
      }
    },
    execute: args =>
      doing(async runs => {
        const ids = meant(args);
        if (ids.length === 0) return;
        if (args.ask !== false && !(await confirmDeletion(runs, ids, trans))) return;
        for (const id of ids) await runs.delete(id);
      })
  });

  commands.addCommand(CommandIds.runAgain, {
    label: trans.__('Run Again with Its Parameters…'),
    caption: trans.__(
      'Run the notebook as it is now, with the parameters of this run to begin with'
    ),
    icon: parametersIcon,
    isEnabled: args => one(args) !== null && commands.isEnabled(CommandIds.runWithParameters),
    describedBy: { args: { type: 'object', properties: ONE } },
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
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ONE,
          folder: { type: 'string', description: 'Below Jupyter’s root; else it is asked for.' },
          withResults: { type: 'boolean', description: 'Also what the steps wrote.' }
        }
      }
    },
    execute: args =>
      doing(async runs => {
        const [id] = meant(args);
        if (id === undefined) return;
        const { restore } = await import('./comeBack');
        const { folder, withResults } = args;
        const place =
          typeof folder === 'string' ? { folder, withResults: withResults === true } : undefined;
        await restore({ app, runs, trans }, id, place);
      })
  });

  commands.addCommand(CommandIds.openAsItWas, {
    label: trans.__('Open as It Was'),
    caption: trans.__('Open the run’s notebook with its data, in a folder of its own'),
    icon: notebookKindIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: args =>
      doing(async runs => {
        const [id] = meant(args);
        if (id === undefined) return;
        const { openAsItWas } = await import('./comeBack');
        await openAsItWas({ app, runs, trans }, id);
      })
  });

  commands.addCommand(CommandIds.runAsItWas, {
    label: trans.__('Run Again as It Was'),
    caption: trans.__('The same code, values and data; your folder stays as it is'),
    icon: reusedIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: args =>
      doing(async runs => {
        const [id] = meant(args);
        if (id === undefined) return;
        const { id: next } = await runs.startAsItWas(id);
        await commands.execute(CommandIds.openRun, { run: next });
      })
  });

  commands.addCommand(CommandIds.copyRunLink, {
    label: trans.__('Copy Link to Run'),
    icon: linkIcon,
    isEnabled: args => isNamed(args) || one(args) !== null,
    describedBy: { args: { type: 'object', properties: ONE } },
    execute: args => {
      const [id] = meant(args);
      if (id === undefined) return null;
      const link = labLinkToRuns([id]);
      Clipboard.copyToSystem(link);
      return link;
    }
  });

  commands.addCommand(CommandIds.compareSelected, {
    label: trans.__('Compare Runs'),
    isEnabled: args => items(args).length > 1,
    describedBy: { args: { type: 'object', properties: SEVERAL } },
    execute: args => commands.execute(CommandIds.compareRuns, { runs: [...meant(args)] })
  });

  commands.addCommand(CommandIds.openSelected, {
    label: trans.__('Open'),
    icon: chardIcon,
    isEnabled: args => items(args).length > 0,
    describedBy: { args: { type: 'object', properties: SEVERAL } },
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

async function askTitle(
  run: RunItem | undefined,
  trans: TranslationBundle
): Promise<string | null> {
  const { value } = await InputDialog.getText({
    title: trans.__('Rename run'),
    label: trans.__('Name; nothing for “Run %1”', run?.number ?? ''),
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
  const first = runs.list.get(ids[0]!);
  const name = first ? runName(first, trans) : ids[0]!;
  const freed =
    held.bytes === 0
      ? trans.__('This frees nothing: other runs need all that is kept.')
      : trans.__('This frees %1 that no other run needs.', byteSize(held.bytes));
  const { button } = await showDialog({
    title:
      ids.length === 1 ? trans.__('Delete %1?', name) : trans.__('Delete %1 runs?', ids.length),
    body: [
      freed,
      trans.__('Logs and outputs go, too; the notebook stays. It cannot be undone.')
    ].join(' '),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  return button.accept;
}
