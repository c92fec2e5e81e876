import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { ChardError } from '../errors';
import { kernelFolders, listKernels, type InstalledKernel } from './kernelspecs';

/** The Python of a notebook's kernel, which runs the steps. */
export interface Interpreter {
  /** Absolute path, symbolic links kept: a virtual environment's `python` is one. */
  readonly executable: string;
  readonly kernel: string;
  /** What the kernelspec adds to a process's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The name under which every Jupyter knows its own Python. */
const NATIVE_KERNEL = 'python3';

/**
 * Finds the interpreter of a kernel.
 *
 * A kernelspec often says a bare `python`; Jupyter then takes its own interpreter, and so does this.
 *
 * @param kernel the notebook's kernelspec name; null for a notebook that names none.
 * @param own the Python that Chard is installed in.
 * @throws ChardError `kernel-missing`, `kernel-not-python`, `interpreter-missing`.
 */
export function findInterpreter(
  kernel: string | null,
  own: string,
  environment: NodeJS.ProcessEnv = process.env
): Interpreter {
  const wanted = (kernel ?? NATIVE_KERNEL).toLowerCase();
  const { kernels, broken } = listKernels(kernelFolders(own, environment));
  const found = kernels.find(({ name }) => name === wanted);
  if (found === undefined) {
    if (wanted === NATIVE_KERNEL) {
      return { executable: own, kernel: NATIVE_KERNEL, environment: {} };
    }
    throw missing(wanted, kernels, broken.find(({ name }) => name === wanted)?.reason);
  }
  if (found.language !== 'python') {
    throw new ChardError(
      'kernel-not-python',
      `The notebook's kernel "${wanted}" runs ${found.language || 'an unnamed language'}; Chard runs Python notebooks. ` +
        'Choose a Python kernel for the notebook.'
    );
  }
  return {
    executable: resolveCommand(found, own, environment),
    kernel: found.name,
    environment: found.environment
  };
}

function missing(
  wanted: string,
  kernels: readonly InstalledKernel[],
  reason: string | undefined
): ChardError {
  if (reason !== undefined) {
    return new ChardError(
      'kernel-missing',
      `The kernelspec of the notebook's kernel "${wanted}" cannot be read: ${reason}`
    );
  }
  const names = kernels.filter(({ language }) => language === 'python').map(({ name }) => name);
  const known =
    names.length > 0 ? `Installed: ${names.join(', ')}.` : 'No Python kernel is installed.';
  return new ChardError(
    'kernel-missing',
    `The notebook's kernel "${wanted}" is not installed here. ${known} Choose one of them for the notebook, or install it ` +
      `in its environment with \`python -m ipykernel install --user --name ${wanted}\`.`
  );
}

function resolveCommand(
  kernel: InstalledKernel,
  own: string,
  environment: NodeJS.ProcessEnv
): string {
  const { command } = kernel;
  if (/^python(3(\.\d+)?)?$/.test(command)) {
    return own;
  }
  const candidates = isAbsolute(command)
    ? [command]
    : (environment['PATH'] ?? '')
        .split(delimiter)
        .filter(Boolean)
        .map(folder => join(folder, command));
  const executable = candidates.find(isExecutable);
  if (executable === undefined) {
    const problem = candidates.some(path => existsSync(path))
      ? 'you may not run'
      : 'is not there any more (its environment was moved or removed)';
    throw new ChardError(
      'interpreter-missing',
      `The kernel "${kernel.name}" starts ${command}, which ${problem}. ` +
        `Choose another kernel, or remove this one: ${dirname(join(kernel.folder, 'kernel.json'))}`
    );
  }
  return executable;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
