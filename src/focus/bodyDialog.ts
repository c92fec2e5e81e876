import { Dialog } from '@jupyterlab/apputils';
import { goRound } from './goRound';

/**
 * A dialog whose body is drawn by React. JupyterLab's own leads from the last button to what was there when it opened, which is the first
 * button, since the body is drawn a moment later: the Tab key then never comes into the body.
 */
export class BodyDialog<Value> extends Dialog<Value> {
  override handleEvent(event: Event): void {
    const isKey = event instanceof KeyboardEvent && event.type === 'keydown';
    if (!isKey || !goRound(event, this.node)) super.handleEvent(event);
  }
}
