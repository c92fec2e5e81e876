import type { WorkProgress } from '@chard/core/protocol/api';
import { byteSize } from '@chard/core/text';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { WorkWatch } from './api';

/** What is over sooner is not worth a notification that comes and goes. */
const SHOWN_AFTER_MS = 400;
/** One that is still coming in cannot be dismissed: JupyterLab would leave it there. */
const CLOSED_AFTER_MS = 1000;

/**
 * Follows something that takes long in one notification: what it is, how far it has come, and a way to end it. Throws what the
 * work throws. @returns null where the person has ended it
 */
export async function followWork<T>(
  title: string,
  work: (watch: WorkWatch) => Promise<T>,
  trans: TranslationBundle
): Promise<T | null> {
  const end = new AbortController();
  let id: string | null = null;
  let last: WorkProgress | null = null;
  const show = (): void => {
    const message = last === null ? title : `${title}: ${progressInWords(last, trans)}`;
    const done = last && shareOf(last);
    const options = {
      autoClose: false as const,
      actions: [{ label: trans.__('Cancel'), callback: () => end.abort() }],
      ...(done !== null && { progress: done })
    };
    if (id === null) id = Notification.emit(message, 'in-progress', options);
    else Notification.update({ id, message, ...options });
  };
  const timer = setTimeout(show, SHOWN_AFTER_MS);
  try {
    return await work({
      signal: end.signal,
      progress: progress => {
        last = progress;
        if (id !== null) show();
      }
    });
  } catch (error) {
    if (end.signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    if (id !== null) close(id, title);
  }
}

function close(id: string, message: string): void {
  const type = 'default';
  Notification.update({ id, message, type, autoClose: CLOSED_AFTER_MS, actions: [] });
  setTimeout(() => Notification.dismiss(id), CLOSED_AFTER_MS);
}

/** `1,200 of 3,000 files, 1.2 GB`. */
export function progressInWords(
  { files, bytes, totalFiles }: Pick<WorkProgress, 'files' | 'bytes' | 'totalFiles'>,
  trans: TranslationBundle
): string {
  const count = files.toLocaleString();
  const size = byteSize(bytes);
  return totalFiles === null
    ? trans._n('%2 file, %3', '%2 files, %3', files, count, size)
    : trans.__('%1 of %2 files, %3', count, totalFiles.toLocaleString(), size);
}

/** 0 to 1; null while it is not known how much there is. */
function shareOf({ files, bytes, totalFiles, totalBytes }: WorkProgress): number | null {
  if (totalBytes !== null && totalBytes > 0) return Math.min(1, bytes / totalBytes);
  return totalFiles !== null && totalFiles > 0 ? Math.min(1, files / totalFiles) : null;
}
