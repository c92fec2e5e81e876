import { copyFileSync, constants, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders } from '../../../files';
import { byteSize } from '@chard/core/text';
import type { WorkspaceLimits, WorkspaceMode, WorkspaceOptions } from './model';

/** The kernel takes no more layers than it has room for in a page of options. */
export const MAX_STEPS = 200;

/**
 * Where the steps of a run are to work. Over an overlay a step finds its files where they always are, and sees of the other steps what it
 * should; a folder of the run's own comes next, if it costs next to nothing or little; else the notebook's folder itself.
 */
export async function chooseMode(
  { frozen, steps, mountProblem }: WorkspaceOptions,
  limits: WorkspaceLimits
): Promise<WorkspaceMode> {
  if (frozen === null) return { way: 'live', why: 'no snapshot was taken' };
  const { counts, copyLimit, folder } = frozen;
  if (counts.files > limits.files) {
    return { way: 'live', why: `the snapshot has more than ${limits.files} files` };
  }
  const isSmall = counts.bytes <= copyLimit;
  const tooLarge = `${byteSize(counts.bytes)} are more than the ${byteSize(copyLimit)} that may be copied, and the file system cannot share blocks`;
  if (!isSmall && !sharesBlocks(dirname(folder))) return { way: 'live', why: tooLarge };
  const why =
    steps.size > MAX_STEPS ? `the run has more than ${MAX_STEPS} steps` : await mountProblem();
  if (why === null) return { way: 'overlay', why: 'each step has the snapshot to itself' };
  return sharesBlocks(dirname(folder))
    ? { way: 'reflink', why: `there can be no overlay (${why})` }
    : {
        way: 'copy',
        why: `there can be no overlay (${why}), and the file system cannot share blocks`
      };
}

/** Whether the file system can give a file the blocks of another. @param folder made where it is not there */
export function sharesBlocks(folder: string): boolean {
  makeFolders(folder, 0o700);
  const source = join(folder, `.try-${process.pid}`);
  const target = `${source}-clone`;
  try {
    writeFileSync(source, 'x');
    copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    for (const path of [source, target]) rmSync(path, { force: true });
  }
}
