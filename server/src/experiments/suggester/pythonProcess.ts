import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { LineSplitter } from '../../engines/local/processes/lines';
import type { Host } from '../../host';
import { suggesterEnvironment } from './environment';

const KEPT_CHARACTERS = 4096;
/** What `jupyterlab_chard/suggester.py` says of a process: its id, and our ends of its standard streams. */
const INHERITED = /^(\d+) (\d+) (\d+) (\d+)$/;

export type PythonHost = Pick<Host, 'python' | 'environment'>;

interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * The process in which Optuna suggests, as lines that go in and come out. What they mean is in `process.ts`: importing that
 * takes longer than starting this, which therefore comes first.
 */
export class PythonProcess {
  private complaint = '';

  private constructor(
    readonly python: string,
    private readonly streams: Streams,
    /** How the process ended, as the rest of a sentence about it. */
    readonly ended: Promise<string>,
    private readonly end: () => void
  ) {
    streams.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-KEPT_CHARACTERS);
    });
    // A process that has ended closes the pipe; its end tells.
    streams.stdin.on('error', () => undefined);
  }

  static start({ python, environment }: PythonHost): PythonProcess {
    const child = spawn(python, ['-m', 'chard_suggester'], {
      env: suggesterEnvironment(environment),
      // Of a session of its own: a Ctrl-C in the terminal is for the server to make sense of.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe']
    });
    const ended = new Promise<string>(resolve => {
      child.on('error', error => resolve(`cannot be started (${error.message})`));
      child.on('close', (code, signal) => resolve(`ended (${signal ?? `exit code ${code}`})`));
    });
    return new PythonProcess(python, child, ended, () => child.kill('SIGKILL'));
  }

  /**
   * Takes over a process that whoever became this one has started. Its exit code is not known: only its parent's own code could ask
   * for it, so that until this process ends nobody else gets its id.
   *
   * @param inherited "PID STDIN STDOUT STDERR": numbers of open pipes.
   */
  static adopt(python: string, inherited: string): PythonProcess | null {
    const [pid, stdin, stdout, stderr] = (INHERITED.exec(inherited)?.slice(1) ?? []).map(Number);
    if (pid === undefined) return null;
    const reading = (fd: number | undefined) => new Socket({ fd, readable: true, writable: false });
    const streams = {
      stdin: new Socket({ fd: stdin, readable: false, writable: true }),
      stdout: reading(stdout),
      stderr: reading(stderr)
    };
    const ended = new Promise<string>(resolve => {
      streams.stderr.on('close', () => resolve('ended'));
    });
    return new PythonProcess(python, streams, ended, () => {
      process.kill(pid, 'SIGKILL');
      for (const stream of Object.values(streams)) stream.destroy();
    });
  }

  /** The last line on its standard error. */
  get lastComplaint(): string {
    return this.complaint.trim().split('\n').at(-1) ?? '';
  }

  /** Gives the lines that it writes, from its first one, to the one that listens. */
  listen(listener: (line: string) => void): void {
    const lines = new LineSplitter();
    this.streams.stdout.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) listener(line);
    });
  }

  send(line: string): void {
    this.streams.stdin.write(`${line}\n`);
  }

  kill(): void {
    this.streams.stdin.end();
    this.end();
  }
}
