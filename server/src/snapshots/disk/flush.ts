import { spawn } from 'node:child_process';
import { close, fsync, open } from 'node:fs';
import { promisify } from 'node:util';

const openAsync = promisify(open);
const fsyncAsync = promisify(fsync);
const closeAsync = promisify(close);
const SIDE_BY_SIDE = 16;
/** So many are flushed sooner than a program has been started. */
const FEW = 16;

/**
 * Brings files and folders of one file system onto the disk. Many are flushed with all else that was written to it: one by one they
 * would take minutes.
 * @param folder on that file system @param paths absolute @throws the system's error
 */
export async function flushDisk(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length > FEW && (await flushFileSystem(folder))) return;
  const waiting = paths[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      await flushFile(next.value);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
}

/** @throws the system's error */
export async function flushFile(path: string): Promise<void> {
  const file = await openAsync(path, 'r');
  try {
    await fsyncAsync(file);
  } finally {
    await closeAsync(file);
  }
}

/**
 * Brings everything onto the disk that was written to a folder's file system. Node has no `syncfs`; the system's `sync` has (coreutils
 * 8.24 and newer, busybox).
 * @returns whether that could be done
 */
export function flushFileSystem(folder: string): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('sync', ['-f', folder], { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('close', code => resolve(code === 0));
  });
}
