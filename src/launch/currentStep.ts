import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { OpenNotebook } from '../tokens';

/**
 * The step that a command means: the one that is named, the node that the context menu was opened on, else the active
 * cell's. Null where that is none.
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
  const role = cells[panel.content.activeCellIndex]?.role;
  return role?.kind === 'step' ? role.step : null;
}
