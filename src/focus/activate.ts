import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

type Shown = Pick<Widget, 'id' | 'node'>;

interface Shell extends Pick<JupyterFrontEnd.IShell, 'activateById'> {
  readonly currentWidget: Shown | null;
}

/**
 * Shows a widget of the shell and gives it the keyboard.
 *
 * When a command was chosen in JupyterLab's palette, that activates what was active in the main area before, and comes to it later than to what
 * the command itself has asked for: without `holdFocus` the notebook would have the keyboard in the end.
 */
export function activate(shell: Shell, widget: Shown): void {
  const former = shell.currentWidget;
  shell.activateById(widget.id);
  if (former !== null && former !== widget) holdFocus(widget.node, former.node);
}

/** Until a person does something, or the keyboard goes to a third: gives it back to `root` whenever `former` takes it. */
export function holdFocus(root: HTMLElement, former: HTMLElement): void {
  const { ownerDocument } = root;
  let last = root;
  const move = ({ target }: FocusEvent): void => {
    if (root.contains(target as Node)) last = target as HTMLElement;
    else if (former.contains(target as Node)) last.focus();
    else end();
  };
  const end = (): void => {
    ownerDocument.removeEventListener('focusin', move, true);
    for (const type of ['keydown', 'pointerdown']) {
      ownerDocument.removeEventListener(type, end, true);
    }
  };
  ownerDocument.addEventListener('focusin', move, true);
  for (const type of ['keydown', 'pointerdown']) ownerDocument.addEventListener(type, end, true);
}
