import { readFileSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../files/systemErrors';
import { homeFolder } from '../home';

/** The part of a `kernel.json` that says how a kernel starts. */
const KernelFile = z.object({
  argv: z.array(z.string()).min(1),
  display_name: z.string().default(''),
  language: z.string().default(''),
  env: z.record(z.string(), z.string()).default({})
});

export interface InstalledKernel {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  /** First word of its command: an interpreter, or a bare word such as `python`. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The kernelspec's folder. */
  readonly folder: string;
}

/** A kernel.json that cannot be read; listed so that a person who misses a kernel learns why. */
export interface BrokenKernel {
  readonly name: string;
  readonly folder: string;
  readonly reason: string;
}

/**
 * Folders in which Jupyter looks for kernelspecs, in its order: `$JUPYTER_PATH`, the person's own and the
 * environment's (whichever Jupyter puts first), the system's.
 * https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 *
 * @param python path of the Python that runs Chard; its prefix is two folders up.
 */
export function kernelFolders(
  python: string,
  environment: NodeJS.ProcessEnv = process.env
): string[] {
  const prefix = dirname(dirname(python));
  const user = environment['JUPYTER_DATA_DIR'] ?? jupyterDataFolder(environment);
  const roots = [
    ...(environment['JUPYTER_PATH'] ?? '').split(delimiter).filter(Boolean),
    join(prefix, 'share', 'jupyter'),
    ...(user === null ? [] : [user]),
    '/usr/local/share/jupyter',
    '/usr/share/jupyter'
  ];
  return [...new Set(roots)].map(root => join(root, 'kernels'));
}

function jupyterDataFolder({ XDG_DATA_HOME }: NodeJS.ProcessEnv): string | null {
  const home = homeFolder();
  if (process.platform === 'darwin') {
    return home && join(home, 'Library', 'Jupyter');
  }
  const data = XDG_DATA_HOME || (home && join(home, '.local', 'share'));
  return data && join(data, 'jupyter');
}

/** All kernelspecs in these folders; of two with one name (case does not count) the earlier folder's. */
export function listKernels(folders: readonly string[]): {
  kernels: InstalledKernel[];
  broken: BrokenKernel[];
} {
  const kernels = new Map<string, InstalledKernel>();
  const broken: BrokenKernel[] = [];
  for (const parent of folders) {
    for (const entry of entries(parent)) {
      const name = entry.toLowerCase();
      const folder = join(parent, entry);
      if (kernels.has(name)) {
        continue;
      }
      const read = readKernel(name, folder);
      if (read === null) {
        continue;
      }
      if ('reason' in read) {
        broken.push(read);
      } else {
        kernels.set(name, read);
      }
    }
  }
  return { kernels: [...kernels.values()], broken };
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) {
      return [];
    }
    throw error;
  }
}

function readKernel(name: string, folder: string): InstalledKernel | BrokenKernel | null {
  try {
    const file = KernelFile.parse(JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')));
    return {
      name,
      displayName: file.display_name,
      language: file.language.toLowerCase(),
      command: file.argv[0] as string,
      environment: file.env,
      folder
    };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) {
      return null;
    }
    return { name, folder, reason: error instanceof Error ? error.message : String(error) };
  }
}
