import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import {
  MainAreaWidget,
  Notification,
  WidgetTracker,
  type ICommandPalette
} from '@jupyterlab/apputils';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { RunItem } from '@chard/core/protocol/api';
import { stepState, type StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../../commands';
import { activate } from '../../focus/activate';
import { chardIcon, kernelIcon, pencilIcon, resumeIcon } from '../../icons';
import type { IChardNotebooks } from '../../tokens';
import { openRunsInLab } from '../lab';
import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';
import { runTitle, shortTime } from '../text';
import type { RunActions } from './services';
import type { RunDocument } from './widget';

export interface RunDocumentOptions {
  readonly app: JupyterFrontEnd;
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  readonly notebooks: IChardNotebooks;
  readonly rendermime: IRenderMimeRegistry;
  readonly languages: IEditorLanguageRegistry | null;
  readonly restorer: ILayoutRestorer | null;
  readonly palette: ICommandPalette | null;
  readonly trans: TranslationBundle;
  /** The code for runs, loaded when it is first needed. */
  readonly load: () => Promise<Runs>;
  /** What is loaded already. */
  readonly loaded: () => Runs | null;
  /** Says why a run did not start. */
  readonly report: (error: Error) => void;
}

/** A run, and the step of it whose details are shown. */
interface ShownRun {
  readonly run: string;
  readonly step: string | null;
}

const RUN_AND_STEP = {
  args: {
    type: 'object',
    properties: {
      run: { type: 'string', description: 'Its id; else the run and the step that are shown.' },
      step: { type: 'string' }
    }
  }
} as const;

/**
 * The commands that open a run as a document and that act on one step of it.
 *
 * @returns which run a person looks at: null where the document in front is none
 */
export function addRunDocument(options: RunDocumentOptions): () => ShownRun | null {
  const { app, hasRoom, notebooks, rendermime, languages, restorer, trans, load, report } = options;
  const { palette, loaded } = options;
  const { commands, shell } = app;
  const tracker = new WidgetTracker<MainAreaWidget<RunDocument>>({ namespace: 'chard-runs' });
  const shown = (): ShownRun | null => {
    const widget = tracker.find(each => each === shell.currentWidget);
    return widget ? { run: runOf(widget), step: widget.content.step } : null;
  };
  /** The step that a command is about: the one that is named, else the one that is shown. */
  const meant = ({ run, step }: ReadonlyPartialJSONObject): ShownRun | null =>
    typeof run === 'string' ? { run, step: typeof step === 'string' ? step : null } : shown();
  const isStep = (args: ReadonlyPartialJSONObject): boolean => meant(args)?.step != null;
  /** Of the notebook; of any where it has none, as the one that holds a step's state. */
  const latest = (): string | null => {
    const path = notebooks.current?.panel.context.path;
    const list = loaded()?.list;
    const ofNotebook = path === undefined ? undefined : list?.of(path)[0];
    return (ofNotebook ?? list?.all[0])?.id ?? null;
  };
  const actions: RunActions = {
    goToCell: async ({ id }, cell, line) => {
      await commands.execute(
        CommandIds.goToRunCell,
        line === null ? { run: id, cell } : { run: id, cell, line }
      );
    },
    openInKernel: async ({ id }, step) => {
      await commands.execute(CommandIds.openStepInKernel, { run: id, step });
    },
    resumeFrom: async ({ id }, step) => {
      await commands.execute(CommandIds.resumeRun, { run: id, step });
    },
    compare: async run => {
      const runs = await load();
      await commands.execute(CommandIds.compareRuns, { runs: withTheOneBefore(run, runs) });
    },
    copyLink: async ({ id }) => {
      await commands.execute(CommandIds.copyRunLink, { run: id });
      Notification.success(trans.__('The link to this run is copied.'), { autoClose: 3000 });
    },
    restore: async ({ id }) => {
      await commands.execute(CommandIds.restoreRun, { run: id });
    },
    openAsItWas: async ({ id }) => {
      await commands.execute(CommandIds.openAsItWas, { run: id });
    },
    openSnapshot: async snapshot => {
      await commands.execute(CommandIds.openSnapshot, { snapshot });
    },
    runAsItWas: async ({ id }) => {
      await commands.execute(CommandIds.runAsItWas, { run: id });
    },
    openRun: async run => {
      await commands.execute(CommandIds.openRun, { run });
    }
  };

  commands.addCommand(CommandIds.openRun, {
    label: ({ run }) => (run === undefined ? trans.__('Open Last Run') : trans.__('Open Run')),
    icon: chardIcon,
    isEnabled: ({ run }) => run !== undefined || latest() !== null,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          run: {
            type: 'string',
            description: 'Its id; else the notebook’s last run, or the last of all.'
          }
        }
      }
    },
    execute: async args => {
      const id = typeof args.run === 'string' ? args.run : latest();
      if (id === null) return;
      if (!hasRoom) return openRunsInLab([id]);
      const there = tracker.find(widget => widget.id === `chard-run-${id}`);
      if (there) return activate(shell, there);
      const [runs, { RunDocument }] = await Promise.all([load(), import('./widget')]);
      const run = runs.get(id);
      const { api } = runs;
      const content = new RunDocument({
        run,
        api,
        notebooks,
        rendermime,
        languages,
        trans,
        actions
      });
      const widget = new MainAreaWidget({ content });
      widget.toolbar.hide();
      widget.id = `chard-run-${id}`;
      widget.title.icon = chardIcon;
      widget.title.closable = true;
      let named: RunItem | null | undefined;
      // Told of each event, of which hardly one changes the name.
      const name = (): void => {
        const { item } = run;
        if (item === named) return;
        named = item;
        widget.title.label = item ? runTitle(item, trans) : trans.__('Run');
        widget.title.caption = item ? shortTime(item.createdAt) : id;
      };
      run.changed.connect(name);
      widget.disposed.connect(() => run.changed.disconnect(name));
      name();
      await tracker.add(widget);
      shell.add(widget, 'main', { mode: 'tab-after', type: 'Pipeline run' });
      activate(shell, widget);
    }
  });

  commands.addCommand(CommandIds.goToRunCell, {
    label: trans.__('Go to Cell of Step'),
    caption: trans.__('Where the step that is shown failed, or its first cell'),
    icon: pencilIcon,
    isEnabled: args => args.run !== undefined || isStep(args),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...RUN_AND_STEP.args.properties,
          cell: { type: 'integer', minimum: 0, description: 'Index over all cells, as it ran.' },
          line: { type: 'integer', minimum: 1, description: 'A line to be marked as failed.' }
        }
      }
    },
    execute: async args => {
      const [runs, { goToRunCell }] = await Promise.all([load(), import('./goToCell')]);
      const { run: id, step } = meant(args)!;
      const run = await runs.get(id).known();
      const state = step === null || !run.state ? undefined : stepState(run.state, step);
      const place = typeof args.cell === 'number' ? args : placeIn(state);
      if (typeof place.cell !== 'number') return;
      const line = typeof place.line === 'number' ? place.line : null;
      await goToRunCell({ app, notebooks, runs, trans }, run, place.cell, line);
    }
  });

  commands.addCommand(CommandIds.openStepInKernel, {
    label: trans.__('Open Step in a Kernel'),
    caption: trans.__('A notebook with the step’s cells, its kernel holding what they got'),
    icon: kernelIcon,
    isEnabled: isStep,
    describedBy: RUN_AND_STEP,
    execute: async args => {
      const { run: id, step } = meant(args)!;
      const [runs, { openStepInKernel }] = await Promise.all([load(), import('./openInKernel')]);
      const run = await runs.get(id).known();
      await openStepInKernel({ app, runs, trans }, run, step!);
    }
  });

  commands.addCommand(CommandIds.resumeRun, {
    label: trans.__('Resume from Step'),
    caption: trans.__(
      'Run the notebook as it is now from this step on; what stands above is taken from the run'
    ),
    icon: resumeIcon,
    isEnabled: isStep,
    describedBy: RUN_AND_STEP,
    execute: async args => {
      const { run: id, step } = meant(args)!;
      const [runs, { resumeRun }] = await Promise.all([load(), import('./resume')]);
      try {
        const run = await runs.get(id).known();
        const next = await resumeRun({ notebooks, runs, trans }, run, step!);
        if (next === null) return null;
        await commands.execute(CommandIds.openRun, { run: next });
        return next;
      } catch (error) {
        report(error as Error);
        return null;
      }
    }
  });

  void restorer?.restore(tracker, {
    command: CommandIds.openRun,
    name: widget => widget.id,
    args: widget => ({ run: runOf(widget) })
  });
  for (const command of [
    CommandIds.openRun,
    CommandIds.goToRunCell,
    CommandIds.openStepInKernel,
    CommandIds.resumeRun
  ]) {
    palette?.addItem({ command, category: trans.__('Pipeline') });
  }
  return shown;
}

function runOf({ id }: MainAreaWidget): string {
  return id.replace(/^chard-run-/, '');
}

/** Where a step failed; else where it begins. */
function placeIn(step: StepState | undefined): { readonly cell?: number; readonly line?: number } {
  const { cell = null, line = null } = step?.error ?? {};
  if (cell === null) return { cell: step?.cells[0] };
  return line === null ? { cell } : { cell, line };
}

/** The run and the one before it of the same notebook, older first; the run alone where it is the first. */
export function withTheOneBefore(run: LiveRun, runs: Runs): string[] {
  const { item } = run;
  const before =
    item && runs.list.of(runs.pathOf(item)).find(each => each.createdAt < item.createdAt);
  return before ? [before.id, run.id] : [run.id];
}
