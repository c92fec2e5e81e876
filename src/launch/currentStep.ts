import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { OpenNotebook } from '../tokens';

/**
 * The step that a command means: the one that is named, that of the node or cell which the context menu was opened on,
 * else the active cell's. Null where that is none.
 */
export function stepMeant(
  app: JupyterFrontEnd,
  { panel, pipeline }: OpenNotebook,
  { step, of }: ReadonlyPartialJSONObject
): string | null {
  const { cells, steps } = pipeline.annotated;
  if (typeof step === 'string') return step;
  if (of === 'graph') {
    const node = app.contextMenuHitTest(({ dataset }) => dataset?.step !== undefined);
    const name = node?.dataset.step;
    return steps.find(each => each.name === name)?.name ?? null;
  }
  const { content } = panel;
  const cell = of === 'cell' ? app.contextMenuHitTest(isCell) : undefined;
  const at = cell
    ? content.widgets.findIndex(({ node }) => node === cell)
    : content.activeCellIndex;
  const role = cells[at]?.role;
  return role?.kind === 'step' ? role.step : null;
}

/** A right click in a cell's editor does not make the cell the active one. */
function isCell({ classList }: HTMLElement): boolean {
  return classList?.contains('jp-Cell') ?? false;
}
