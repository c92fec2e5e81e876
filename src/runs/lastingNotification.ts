import type { Notification } from '@jupyterlab/apputils';
import type { Notice } from './notice';

/** A notification shows itself so long; after that it is kept in JupyterLab's list of them. */
export const SHOWN_MS = 5_000;
/** Something that should have gone, but waits until the window is looked at, goes so soon. */
export const SOON_MS = 500;
/**
 * Changed in the list alone. JupyterLab passes by what it shows where this is said, even when the notification is dismissed: it must not be
 * said of one that shows itself.
 */
export const SILENTLY = 0;

/** Of JupyterLab's `Notification`, what is needed. */
export type Notifier = Pick<typeof Notification, 'emit' | 'update' | 'dismiss'>;

/** Whether a notification shows itself: it stays longer than it should while the window is not looked at, or the pointer rests on it. */
const isOnScreen = (id: string): boolean => document.getElementById(id) !== null;

/** One notification about something that takes a while, the same from its start to its end. */
export class LastingNotification {
  private id: string | null = null;
  private said = '';
  private shownUntil = 0;

  constructor(
    private readonly notifier: Notifier,
    private readonly isShown: (id: string) => boolean = isOnScreen,
    private readonly now: () => number = Date.now
  ) {}

  /** @param isSeen whether the person has it on the screen, where it says all by itself */
  tell(notice: Notice, actions: Notification.IAction[], isSeen: boolean): void {
    const { message, type, goesOn } = notice;
    if (message === this.said) return;
    this.said = message;
    if (this.id === null) {
      if (!isSeen) this.id = this.notifier.emit(message, type, { autoClose: this.show(), actions });
    } else if (isSeen && !goesOn) {
      this.notifier.dismiss(this.id);
      this.id = null;
    } else {
      const isNews = !isSeen && (!goesOn || type === 'error');
      const autoClose = isNews ? this.show() : this.rest(this.id);
      this.notifier.update({ id: this.id, message, type, autoClose, actions });
    }
  }

  private show(): number {
    this.shownUntil = this.now() + SHOWN_MS;
    return SHOWN_MS;
  }

  /** As long as it would have shown itself without the change; it may come onto the screen a moment after it was told. */
  private rest(id: string): number {
    const left = this.shownUntil - this.now();
    return left > 0 || this.isShown(id) ? Math.max(SOON_MS, left) : SILENTLY;
  }
}
