import { closeSync, constants, openSync } from 'node:fs';
import { byteLength, encodeName, nativePath } from './names';

/** The path of a folder as Node's functions take it. */
export type NativeFolder = string | Buffer;

/** The system takes paths of up to 4,096 bytes (macOS: 1,024), the NUL at the end included. */
const LONGEST = process.platform === 'linux' ? 4095 : 1023;

/** The path of a name in a folder. */
export function within(folder: NativeFolder, name: string): string | Buffer {
  const native = nativePath(name);
  if (typeof folder === 'string' && typeof native === 'string') return `${folder}/${native}`;
  return Buffer.concat([
    typeof folder === 'string' ? encodeName(folder) : folder,
    Buffer.from('/'),
    typeof native === 'string' ? encodeName(native) : native
  ]);
}

/** Whether the path of a name in a folder is more than the system takes. */
export function isTooLong(folder: NativeFolder, name: string): boolean {
  const length = typeof folder === 'string' ? byteLength(folder) : folder.length;
  return length + 1 + byteLength(name) > LONGEST;
}

/** An open folder: what is in it is reached through it, wherever its path leads by then, and however long that is. */
export interface OpenFolder {
  readonly path: NativeFolder;
  close(): void;
}

/** Whether folders can be held open (Linux: `/proc`). Elsewhere paths are as long and as safe as the system makes them. */
export const CAN_HOLD_FOLDERS = process.platform === 'linux';

/** Opens a folder, never through a link at its end. @throws the system's `ELOOP` or `ENOTDIR` where it is none */
export function openFolder(path: NativeFolder): OpenFolder {
  const file = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  if (!CAN_HOLD_FOLDERS) {
    closeSync(file);
    return { path, close: () => undefined };
  }
  return { path: `/proc/self/fd/${file}`, close: () => closeSync(file) };
}
