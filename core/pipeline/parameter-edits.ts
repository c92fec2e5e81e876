import type { Diagnostic, NotebookEdit } from '../diagnostics';
import { positionOf } from '../notebook';
import { printLiteral } from '../python/literals';
import { bindLiterals, type ParameterValues } from './bind';
import type { Pipeline } from './model';

export interface ParameterEdits {
  readonly edits: NotebookEdit[];
  /** Values that do not fit; then there are no edits. */
  readonly diagnostics: Diagnostic[];
}

/**
 * The edits that write other values into the parameters cells: only the literals change, and those that have the value
 * already do not. They are in the order in which they can be applied one after the other.
 */
export function editsToSetParameters(pipeline: Pipeline, values: ParameterValues): ParameterEdits {
  const { literals, diagnostics } = bindLiterals(pipeline, values);
  if (diagnostics.length > 0) return { edits: [], diagnostics };
  const sources = new Map(pipeline.prologue.map(({ cell, source }) => [cell, source]));
  const edits = pipeline.parameters
    .filter(({ name, default: value }) => {
      const literal = literals.get(name);
      return literal !== undefined && JSON.stringify(literal.value) !== JSON.stringify(value);
    })
    // From the end on: what is written does not move what comes next.
    .sort((one, other) => other.literal.start - one.literal.start)
    .map(({ name, literal: { cell, start, end } }): NotebookEdit => {
      const source = sources.get(cell)!;
      const range = { start: positionOf(source, start), end: positionOf(source, end) };
      return { kind: 'replace-source', cell, range, text: printLiteral(literals.get(name)!) };
    });
  return { edits, diagnostics };
}
