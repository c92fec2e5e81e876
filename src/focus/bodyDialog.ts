import { Dialog } from '@jupyterlab/apputils';
import { FOCUSABLE } from './keepFocus';

/**
 * A dialog whose body is drawn by React. JupyterLab's own leads from the last button to what was there when it opened, which is the first
 * button, since the body is drawn a moment later: the Tab key then never comes into the body.
 */
export class BodyDialog<Value> extends Dialog<Value> {
  override handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent && event.type === 'keydown' && this.goesRound(event)) {
      event.preventDefault();
      event.stopPropagation();
      this.node.querySelector<HTMLElement>(`.jp-Dialog-body :is(${FOCUSABLE})`)?.focus();
    } else super.handleEvent(event);
  }

  private goesRound({ key, shiftKey }: KeyboardEvent): boolean {
    const last = [...this.node.querySelectorAll('.jp-Dialog-footer button')].at(-1);
    return key === 'Tab' && !shiftKey && document.activeElement === last;
  }
}
