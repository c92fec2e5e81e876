import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../../../files';

/** The folder for what a run needs while it goes on, and for what its failed steps left. @param home `$CHARD_HOME` */
export function runFolder(home: string, run: string): string {
  return join(home, 'workspaces', run);
}

/** Removes the folders of runs that nobody wants any more. */
export function removeRunFolders(home: string, isWanted: (run: string) => boolean): void {
  const folder = join(home, 'workspaces');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!isWanted(name)) removeTree(join(folder, name));
  }
}
