import type { Diagnostic } from '@chard/core';
import { compileNotebook } from '@chard/core/protocol/api';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { countProblems } from '../problems/problems';
import { ApiError, ChardApi } from '../runs/api';
import { LaunchFailure, type IChardPanel, type LaunchStage, type OpenNotebook } from '../tokens';

interface Needs {
  readonly settings: ServerConnection.ISettings;
  readonly panel: IChardPanel;
  readonly trans: TranslationBundle;
}

export type FirstStages = Readonly<Record<'save' | 'validate' | 'compile', LaunchStage['run']>>;

/** What every target begins with: the notebook is saved, checked and compiled. */
export function firstStages({ settings, panel, trans }: Needs): FirstStages {
  const api = new ChardApi(settings);
  const hasErrors = (): LaunchFailure =>
    new LaunchFailure(
      trans.__('The notebook has errors: repair them, then run it.'),
      [{ label: trans.__('Show problems'), execute: () => panel.reveal('problems') }],
      'problems'
    );
  return {
    save: async ({ notebook: { panel: widget } }) => {
      const { context } = widget;
      if (context.model.dirty) await context.save();
      if (context.model.dirty) {
        throw new LaunchFailure(
          trans.__('The notebook could not be saved. Save it, under another name if need be.')
        );
      }
      return trans.__('Saved');
    },
    validate: async ({ notebook: { pipeline } }) => {
      await pipeline.untilCurrent();
      // Where the page itself cannot look, the server does, with the next stage.
      const { error, warning } = countProblems(pipeline);
      if (error > 0 && pipeline.failure === null) throw hasErrors();
      return warning === 0
        ? trans.__('Checked')
        : trans._n('Checked, %1 warning', 'Checked, %1 warnings', warning);
    },
    compile: async ({ notebook, target, options, results }) => {
      try {
        const compiled = await api.ask(compileNotebook, {
          params: {},
          query: {},
          body: {
            path: pathOf(notebook),
            parameters: { ...options.parameters } as Record<string, never>,
            target: target === 'kfp' ? 'kfp' : 'local'
          }
        });
        results.set('compiled', compiled);
        const count = compiled.pipeline.steps.length;
        return trans._n('Compiled, %1 step', 'Compiled, %1 steps', count);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'notebook-has-errors') throw error;
        throw unseenErrors(error.diagnostics, notebook, hasErrors(), trans);
      }
    }
  };
}

/** A notebook's path below Jupyter's root, without a drive. */
export function pathOf({ panel: { context } }: OpenNotebook): string {
  return context.contentsModel?.path ?? context.path;
}

/** Errors that only the server finds, by the interpreter or for the target, are not among the panel's problems. */
function unseenErrors(
  diagnostics: readonly Diagnostic[],
  { pipeline }: OpenNotebook,
  usual: LaunchFailure,
  trans: TranslationBundle
): LaunchFailure {
  const known = new Set(pipeline.findings?.diagnostics.map(({ message }) => message));
  const first = diagnostics.find(
    ({ severity, message }) => severity === 'error' && !known.has(message)
  );
  if (!first) return usual;
  const where = first.cell === null ? '' : trans.__('Cell %1: ', first.cell + 1);
  return new LaunchFailure(where + first.message);
}
