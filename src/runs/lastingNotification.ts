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
/** One that is coming onto the screen is looked for so often. */
const LOOK_MS = 100;

/** Of JupyterLab's `Notification`, what is needed. */
export type Notifier = Pick<typeof Notification, 'emit' | 'update' | 'dismiss'>;

/** Whether a notification shows itself: it stays longer than it should while the window is not looked at, or the pointer rests on it. */
const isOnScreen = (id: string): boolean => document.getElementById(id) !== null;

/** One notification about something that takes a while, the same from its start to its end. */
export class LastingNotification {
  private id: string | null = null;
  private said = '';
  private shownUntil = 0;
  private isComing = false;
  /** What happens to it once it has come. */
  private next: (() => void) | null = null;

  constructor(
    private readonly notifier: Notifier,
    private readonly isShown: (id: string) => boolean = isOnScreen,
    private readonly now: () => number = Date.now,
    private readonly later: (look: () => void, milliseconds: number) => unknown = (
      look,
      milliseconds
    ) => setTimeout(look, milliseconds)
  ) {}

  /** @param isSeen whether the person has it on the screen, where it says all by itself */
  tell(notice: Notice, actions: Notification.IAction[], isSeen: boolean): void {
    if (notice.message === this.said) return;
    this.said = notice.message;
    if (this.isComing) this.next = () => this.change(notice, actions, isSeen);
    else this.change(notice, actions, isSeen);
  }

  private change(notice: Notice, actions: Notification.IAction[], isSeen: boolean): void {
    const { message, type, goesOn } = notice;
    if (this.id === null) {
      if (isSeen) return;
      this.id = this.notifier.emit(message, type, { autoClose: this.show(), actions });
      this.come(this.id);
    } else if (isSeen && !goesOn) {
      this.notifier.dismiss(this.id);
      this.id = null;
    } else {
      const isNews = !isSeen && (!goesOn || type === 'error');
      const autoClose = isNews ? this.show() : this.rest(this.id);
      this.notifier.update({ id: this.id, message, type, autoClose, actions });
    }
  }

  /**
   * Waits until it is on the screen, or would be gone again. One that is changed on its way JupyterLab may show twice, and one that is
   * dismissed then stays.
   */
  private come(id: string): void {
    this.isComing = !this.isShown(id) && this.now() < this.shownUntil;
    if (this.isComing) {
      this.later(() => this.come(id), LOOK_MS);
    } else {
      const { next } = this;
      this.next = null;
      next?.();
    }
  }

  private show(): number {
    this.shownUntil = this.now() + SHOWN_MS;
    return SHOWN_MS;
  }

  /** As long as it would have shown itself without the change. */
  private rest(id: string): number {
    return this.isShown(id) ? Math.max(SOON_MS, this.shownUntil - this.now()) : SILENTLY;
  }
}
