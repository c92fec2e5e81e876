import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, Notification, WidgetTracker } from '@jupyterlab/apputils';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../../commands';
import { chardIcon, kernelIcon, pencilIcon, resumeIcon } from '../../icons';
import type { IChardNotebooks } from '../../tokens';
import { openRunsInLab } from '../lab';
import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';
import { runTitle, shortTime } from '../text';
import type { RunActions } from './services';

export interface RunDocumentOptions {
  readonly app: JupyterFrontEnd;
  /** Whether the application can show documents beside the notebook. */
  readonly hasRoom: boolean;
  readonly notebooks: IChardNotebooks;
  readonly rendermime: IRenderMimeRegistry;
  readonly languages: IEditorLanguageRegistry | null;
  readonly restorer: ILayoutRestorer | null;
  readonly trans: TranslationBundle;
  /** The code for runs, loaded when it is first needed. */
  readonly load: () => Promise<Runs>;
  /** Says why a run did not start. */
  readonly report: (error: Error) => void;
}

const RUN_AND_STEP = {
  args: {
    type: 'object',
    required: ['run', 'step'],
    properties: { run: { type: 'string' }, step: { type: 'string' } }
  }
} as const;

/** The commands that open a run as a document and that act on one step of it. */
export function addRunDocument(options: RunDocumentOptions): void {
  const { app, hasRoom, notebooks, rendermime, languages, restorer, trans, load, report } = options;
  const { commands, shell } = app;
  const tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'chard-runs' });
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
    label: trans.__('Open Run'),
    icon: chardIcon,
    describedBy: {
      args: { type: 'object', required: ['run'], properties: { run: { type: 'string' } } }
    },
    execute: async args => {
      const id = String(args.run);
      if (!hasRoom) return openRunsInLab([id]);
      const there = tracker.find(widget => widget.id === `chard-run-${id}`);
      if (there) return shell.activateById(there.id);
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
      const name = (): void => {
        const { item } = run;
        widget.title.label = item ? runTitle(item, trans) : trans.__('Run');
        widget.title.caption = item ? shortTime(item.createdAt) : id;
      };
      run.changed.connect(name);
      widget.disposed.connect(() => run.changed.disconnect(name));
      name();
      await tracker.add(widget);
      shell.add(widget, 'main', { mode: 'tab-after', type: 'Pipeline run' });
      shell.activateById(widget.id);
    }
  });

  commands.addCommand(CommandIds.goToRunCell, {
    label: trans.__('Go to Cell of Run'),
    icon: pencilIcon,
    describedBy: {
      args: {
        type: 'object',
        required: ['run', 'cell'],
        properties: {
          run: { type: 'string' },
          cell: { type: 'integer', minimum: 0, description: 'Index over all cells, as it ran.' },
          line: { type: 'integer', minimum: 1, description: 'A line to be marked as failed.' }
        }
      }
    },
    execute: async args => {
      const [runs, { goToRunCell }] = await Promise.all([load(), import('./goToCell')]);
      const run = await runs.get(String(args.run)).known();
      const line = typeof args.line === 'number' ? args.line : null;
      await goToRunCell({ app, notebooks, runs, trans }, run, Number(args.cell), line);
    }
  });

  commands.addCommand(CommandIds.openStepInKernel, {
    label: trans.__('Open Step in a Kernel'),
    caption: trans.__('A notebook with the step’s cells, its kernel holding what they got'),
    icon: kernelIcon,
    describedBy: RUN_AND_STEP,
    execute: async args => {
      const [runs, { openStepInKernel }] = await Promise.all([load(), import('./openInKernel')]);
      const run = await runs.get(String(args.run)).known();
      await openStepInKernel({ app, runs, trans }, run, String(args.step));
    }
  });

  commands.addCommand(CommandIds.resumeRun, {
    label: trans.__('Resume from Step'),
    caption: trans.__(
      'Run the notebook as it is now from this step on; what stands above is taken from the run'
    ),
    icon: resumeIcon,
    describedBy: RUN_AND_STEP,
    execute: async args => {
      const [runs, { resumeRun }] = await Promise.all([load(), import('./resume')]);
      try {
        const run = await runs.get(String(args.run)).known();
        const next = await resumeRun({ notebooks, runs, trans }, run, String(args.step));
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
    args: widget => ({ run: widget.id.replace(/^chard-run-/, '') })
  });
}

/** The run and the one before it of the same notebook, older first; the run alone where it is the first. */
function withTheOneBefore(run: LiveRun, runs: Runs): string[] {
  const { item } = run;
  const before =
    item && runs.list.of(runs.pathOf(item)).find(each => each.createdAt < item.createdAt);
  return before ? [before.id, run.id] : [run.id];
}
