import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter } from 'node:path';
import type { InterpreterProcess } from '../../engine';
import { MARKER } from './sweep';

const KEPT_CHARACTERS = 4096;
/** One seed for all: what a set's order made of a step is then the same in every run, and reuse is honest. */
const DEFAULT_HASH_SEED = '0';

export interface PythonProcess {
  readonly child: ChildProcess;
  /** The end of what it wrote on standard error. */
  complaint(): string;
}

/**
 * The environment of a runner's process: the person's, the runner on the path, the mark of the engine, and a fixed hash
 * seed unless the person fixed one.
 */
export function pythonEnvironment(
  interpreter: InterpreterProcess,
  runnerFolder: string,
  instance: string
): Record<string, string> {
  const inherited = Object.entries(interpreter.environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined
  );
  const environment = Object.fromEntries(inherited);
  const { PYTHONPATH, PYTHONHASHSEED } = environment;
  return {
    ...environment,
    PYTHONPATH: withFolderFirst(runnerFolder, PYTHONPATH),
    PYTHONHASHSEED: /^\d+$/.test(PYTHONHASHSEED ?? '')
      ? (PYTHONHASHSEED as string)
      : DEFAULT_HASH_SEED,
    [MARKER]: instance
  };
}

/**
 * Starts a module of the runner. It is the leader of a session of its own, so that a Ctrl-C in the terminal reaches
 * the engine alone, which then ends the steps in order.
 */
export function startPython(
  executable: string,
  moduleArguments: readonly string[],
  environment: Record<string, string>,
  directory: string
): PythonProcess {
  const child = spawn(executable, ['-m', ...moduleArguments], {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe']
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KEPT_CHARACTERS);
  });
  // A process that ends before it has read everything closes the pipe; its exit tells.
  child.stdin.on('error', () => undefined);
  return { child, complaint: () => complaint.trim() };
}

function withFolderFirst(folder: string, path: string | undefined): string {
  const others = (path ?? '').split(delimiter).filter(other => other !== '' && other !== folder);
  return [folder, ...others].join(delimiter);
}

/** How a process ended, in words. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
