import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { errorCode } from './systemErrors';

/**
 * Removes a folder and all in it; nothing happens where there is none. Folders in it that are closed to their owner go too: one that is
 * only to be read (as a snapshot may have it), or the kernel's own beside an overlay. No link is followed.
 *
 * @throws the system's error where the folder cannot be removed even so.
 */
export function removeTree(path: string | Buffer): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    openFolders(path);
    rmSync(path, { recursive: true, force: true });
  }
}

/** `removeTree` for a tree that nobody waits for: others get their turn meanwhile. */
export async function removeTreeAside(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

function openFolders(path: string | Buffer): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    openFolders(Buffer.concat([Buffer.from(path), Buffer.from('/'), name]));
  }
}
