import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

type Shell = Pick<JupyterFrontEnd.IShell, 'activateById' | 'currentWidget' | 'widgets'>;

/** Closes a document of the main area. Where it had the keyboard, what is seen then has it, instead of nothing. */
export function closeDocument(shell: Shell, document: Widget): void {
  const { ownerDocument } = document.node;
  document.close();
  if (ownerDocument.activeElement !== ownerDocument.body) return;
  const seen = [...shell.widgets('main')].filter(({ isVisible }) => isVisible);
  const next = seen.find(widget => widget === shell.currentWidget) ?? seen[0];
  if (next) shell.activateById(next.id);
}
