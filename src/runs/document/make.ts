import type { RunItem } from '@chard/core/protocol/api';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../../commands';
import { chardIcon } from '../../icons';
import type { IChardNotebooks } from '../../tokens';
import type { Runs } from '../runs';
import { runTitle, shortTime } from '../text';
import type { RunActions } from './services';
import { withTheOneBefore } from './theOneBefore';
import { RunDocument } from './widget';

/** What a run's document works with. */
export interface RunDocumentNeeds {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly rendermime: IRenderMimeRegistry;
  readonly languages: IEditorLanguageRegistry | null;
  readonly trans: TranslationBundle;
}

/** A run as a document, to be put into the main area. */
export function makeRunDocument(
  needs: RunDocumentNeeds,
  runs: Runs,
  id: string
): MainAreaWidget<RunDocument> {
  const { notebooks, rendermime, languages, trans } = needs;
  const run = runs.get(id);
  const content = new RunDocument({
    run,
    api: runs.api,
    notebooks,
    rendermime,
    languages,
    trans,
    actions: actionsOf(needs, runs)
  });
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.id = `chard-run-${id}`;
  widget.title.icon = chardIcon;
  widget.title.closable = true;
  let named: RunItem | null | undefined;
  // Told of each event of each run, of which hardly one changes the name.
  const name = (): void => {
    const item = runs.item(id);
    if (item === named) return;
    named = item;
    widget.title.label = item ? runTitle(item, trans) : trans.__('Run');
    widget.title.caption = item ? shortTime(item.createdAt) : id;
  };
  runs.changed.connect(name);
  widget.disposed.connect(() => runs.changed.disconnect(name));
  name();
  return widget;
}

function actionsOf({ app: { commands } }: RunDocumentNeeds, runs: Runs): RunActions {
  return {
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
      await commands.execute(CommandIds.compareRuns, { runs: withTheOneBefore(run, runs) });
    },
    copyLink: async ({ id }) => {
      await commands.execute(CommandIds.copyRunLink, { run: id });
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
    retry: ({ id }) => runs.retry(id),
    openRun: async run => {
      await commands.execute(CommandIds.openRun, { run });
    },
    openExperiment: async experiment => {
      await commands.execute(CommandIds.openExperiment, { experiment });
    }
  };
}
