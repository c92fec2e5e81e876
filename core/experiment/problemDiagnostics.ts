import { diagnostic } from '../diagnostics';
import type { Notebook } from '../notebook';
import { editsToSetExperiment } from './metadata';
import type { ExperimentDiagnostic, ExperimentProblem } from './problems';

/** The problems as diagnostics of the notebook: fixes become edits of its metadata. */
export function experimentDiagnostics(
  notebook: Notebook,
  problems: readonly ExperimentProblem[]
): ExperimentDiagnostic[] {
  return problems.map(({ severity, code, message, field, fixes }) => ({
    ...diagnostic(severity, code, message, {
      fixes: fixes.map(({ title, change }) => ({
        title,
        edits: editsToSetExperiment(notebook, change)
      }))
    }),
    field: [...field]
  }));
}
