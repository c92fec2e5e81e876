import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

const INPUT = ['keydown', 'pointerdown'] as const;

type Shown = Pick<Widget, 'id' | 'node'>;

interface Shell extends Pick<JupyterFrontEnd.IShell, 'activateById'> {
  readonly currentWidget: Shown | null;
}

/** Ends the hold that goes on. */
let release: () => void = () => undefined;

/**
 * Shows a widget of the shell and gives it the keyboard.
 *
 * When a command was chosen in JupyterLab's palette, that activates what was active in the main area before, and comes to it later than to what
 * the command itself has asked for: without `hold` the notebook would have the keyboard in the end.
 */
export function activate(shell: Shell, widget: Shown): void {
  release();
  const former = shell.currentWidget;
  shell.activateById(widget.id);
  if (former !== null && former !== widget) hold(widget.node, former.node);
}

/** The keyboard is for something else from now on, whatever was shown last. */
export function releaseFocus(): void {
  release();
}

/**
 * Gives the keyboard back to `root` whenever `former` takes it: until the palette is through, which it is with the next frames, a person does
 * something, or the keyboard goes to a third.
 */
function hold(root: HTMLElement, former: HTMLElement): void {
  const { ownerDocument } = root;
  let last = root;
  const move = ({ target }: FocusEvent): void => {
    if (root.contains(target as Node)) last = target as HTMLElement;
    else if (former.contains(target as Node)) last.focus();
    else end();
  };
  const end = (): void => {
    ownerDocument.removeEventListener('focusin', move, true);
    for (const type of INPUT) ownerDocument.removeEventListener(type, end, true);
  };
  release = end;
  ownerDocument.addEventListener('focusin', move, true);
  for (const type of INPUT) ownerDocument.addEventListener(type, end, true);
  requestAnimationFrame(() => requestAnimationFrame(end));
}
