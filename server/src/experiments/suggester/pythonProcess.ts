import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter } from 'node:path';
import { LineSplitter } from '../../engines/local/processes/lines';
import type { Host } from '../../host';
import { suggesterFolder } from '../../installation';

const KEPT_CHARACTERS = 4096;

export type PythonHost = Pick<Host, 'python' | 'environment'>;

/**
 * The process in which Optuna suggests, as lines that go in and come out. What they mean is in `process.ts`: importing that
 * takes longer than starting this, which therefore comes first.
 */
export class PythonProcess {
  /** How the process ended, as the rest of a sentence about it. */
  readonly ended: Promise<string>;
  private complaint = '';

  private constructor(
    readonly python: string,
    private readonly child: ChildProcess
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-KEPT_CHARACTERS);
    });
    // A process that has ended closes the pipe; its exit tells.
    child.stdin?.on('error', () => undefined);
    this.ended = new Promise(resolve => {
      child.on('error', error => resolve(`cannot be started (${error.message})`));
      child.on('close', (code, signal) => resolve(`ended (${signal ?? `exit code ${code}`})`));
    });
  }

  static start({ python, environment }: PythonHost): PythonProcess {
    const inherited = environment['PYTHONPATH'];
    const child = spawn(python, ['-m', 'chard_suggester'], {
      env: {
        // One thread: the machine is for the trials.
        OMP_NUM_THREADS: '1',
        ...environment,
        PYTHONPATH: [suggesterFolder(), ...(inherited ? [inherited] : [])].join(delimiter)
      },
      // Of a session of its own: a Ctrl-C in the terminal is for the server to make sense of.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe']
    });
    return new PythonProcess(python, child);
  }

  /** The last line on its standard error. */
  get lastComplaint(): string {
    return this.complaint.trim().split('\n').at(-1) ?? '';
  }

  /** Gives the lines that it writes, from its first one, to the one that listens. */
  listen(listener: (line: string) => void): void {
    const lines = new LineSplitter();
    this.child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) listener(line);
    });
  }

  send(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  kill(): void {
    this.child.stdin?.end();
    this.child.kill('SIGKILL');
  }
}
