import { lstatSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { makeFolders } from './files/makeFolders';
import { homeFolder } from './home';

const OTHERS_MAY_WRITE = 0o022;

/**
 * Lets Node keep this program's compiled code between commands, which makes them start faster. What lies in
 * the cache is executed, so it is used only where nobody but this user can write; else there is none.
 */
export function keepCompiledCode(): void {
  const folder = compileCacheFolder(process.env, process.getuid?.());
  if (folder !== null) {
    enableCompileCache(folder);
  }
}

/**
 * `chard/node` below `$XDG_CACHE_HOME` (by default `~/.cache`), made where it is missing.
 *
 * @param user the user's id; undefined where the system has none.
 * @returns null where the folder cannot be made, is somebody else's, or is open to others.
 */
export function compileCacheFolder(
  environment: NodeJS.ProcessEnv,
  user: number | undefined
): string | null {
  const home = homeFolder();
  const base = environment['XDG_CACHE_HOME'] || (home && join(home, '.cache'));
  if (!base) {
    return null;
  }
  try {
    const ours = join(base, 'chard');
    const folder = join(ours, 'node');
    makeFolders(base, 0o700);
    return isPrivate(ours, user) && isPrivate(folder, user) ? folder : null;
  } catch {
    // Where nothing can be written, everything works without a cache, only slower.
    return null;
  }
}

/** Makes the folder; a link in its place is somebody's doing and not followed. */
function isPrivate(folder: string, user: number | undefined): boolean {
  makeFolders(folder, 0o700);
  const found = lstatSync(folder);
  const isOwn = user === undefined || found.uid === user;
  return found.isDirectory() && isOwn && (found.mode & OTHERS_MAY_WRITE) === 0;
}
