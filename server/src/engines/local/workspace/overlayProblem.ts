import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolders, reasonOf } from '../../../files';

const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Why no step can have an overlay whose layers are below a folder; null where it can: the runner does all that a step does, on nothing.
 * @param python absolute path @param runner the folder that holds `chard_runner` @param folder absolute; made where it is not there
 */
export async function overlayProblem(
  python: string,
  runner: string,
  folder: string
): Promise<string | null> {
  if (process.platform !== 'linux') return 'only Linux has overlays';
  makeFolders(folder, 0o700);
  const script = join(runner, 'chard_runner', 'overlay.py');
  try {
    await promisify(execFile)(python, ['-I', '-S', script, folder], {
      timeout: TIMEOUT_MILLISECONDS
    });
    return null;
  } catch (error) {
    const said = (error as { stdout?: string }).stdout?.trim();
    return said === undefined || said === '' ? reasonOf(error) : said;
  }
}
