import type { Contents } from '@jupyterlab/services';
import { PathExt } from '@jupyterlab/coreutils';
import { namesIn } from '../launch/namesIn';

/** The path of a folder that is not there yet: `digits-run-3`, `digits-run-3-1`, ... @param path below Jupyter's root */
export async function freeFolder(contents: Contents.IManager, path: string): Promise<string> {
  // Where the folder above cannot be looked at, restoring says what is wrong.
  const taken = await namesIn(contents, PathExt.dirname(path)).catch(() => new Set<string>());
  let free = path;
  for (let count = 1; taken.has(PathExt.basename(free)); count++) free = `${path}-${count}`;
  return free;
}

/** The folder that somebody typed, below Jupyter's root; null where it is none. */
export function folderIn(text: string): string | null {
  return text.trim().replace(/^\/+|\/+$/g, '') || null;
}
