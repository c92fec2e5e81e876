import { spawn } from 'node:child_process';
import { close, fsync, open } from 'node:fs';
import { promisify } from 'node:util';

const openAsync = promisify(open);
const fsyncAsync = promisify(fsync);
const closeAsync = promisify(close);
const SIDE_BY_SIDE = 16;

/**
 * Brings everything that was written to a folder's file system onto the disk, at once: to flush thousands of files one by one takes
 * minutes. Node has no `syncfs`; the system's `sync` has (coreutils 8.24 and newer, busybox).
 * @param files flushed one by one where there is no such program. @throws the system's error
 */
export async function flushDisk(folder: string, files: Iterable<string>): Promise<void> {
  if (await syncFileSystem(folder)) return;
  const waiting = files[Symbol.iterator]();
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

function syncFileSystem(folder: string): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('sync', ['-f', folder], { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('close', code => resolve(code === 0));
  });
}
