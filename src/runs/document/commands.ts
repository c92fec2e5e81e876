import type { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker, type ICommandPalette, type MainAreaWidget } from '@jupyterlab/apputils';
import { stepState, type StepState } from '@chard/core/run';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds, describedBy } from '../../commands';
import { activate } from '../../focus/activate';
import { chardIcon, kernelIcon, pencilIcon, resumeIcon } from '../../icons';
import { openRunsInLab } from '../lab';
import type { Runs } from '../runs';
import type { RunDocumentNeeds } from './make';
import type { RunDocument } from './widget';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ '../arguments'));

export interface RunDocumentOptions extends RunDocumentNeeds {
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  readonly restorer: ILayoutRestorer | null;
  readonly palette: ICommandPalette | null;
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

/**
 * The commands that open a run as a document and that act on one step of it.
 *
 * @returns which run a person looks at: null where the document in front is none
 */
export function addRunDocument(options: RunDocumentOptions): () => ShownRun | null {
  const { app, hasRoom, notebooks, restorer, palette, trans, load, loaded, report } = options;
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

  commands.addCommand(CommandIds.openRun, {
    label: ({ run }) => (run === undefined ? trans.__('Open Last Run') : trans.__('Open Run')),
    icon: chardIcon,
    isEnabled: ({ run }) => run !== undefined || latest() !== null,
    describedBy: takes('open'),
    execute: async args => {
      const id = typeof args.run === 'string' ? args.run : latest();
      if (id === null) return;
      if (!hasRoom) return openRunsInLab([id]);
      const there = tracker.find(widget => widget.id === `chard-run-${id}`);
      if (there) return activate(shell, there);
      const [runs, { makeRunDocument }] = await Promise.all([load(), import('./make')]);
      const widget = makeRunDocument(options, runs, id);
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
    describedBy: takes('goToCell'),
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
    describedBy: takes('step'),
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
    describedBy: takes('step'),
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
