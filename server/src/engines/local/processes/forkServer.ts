import { ForkServerMessage, type ForkServerCommand } from '@chard/core/protocol';
import type { Clock } from '../clock';
import { deferred, type Deferred } from '../deferred';
import { LineSplitter } from './lines';
import { describeExit, startPython, type PythonProcess } from './python';

/** Longer than any import should take; then steps start without it. */
const READY_MILLISECONDS = 180_000;
const SPAWN_MILLISECONDS = 30_000;
/** How long it may take to end its steps and itself. */
const END_MILLISECONDS = 10_000;

/** The fork server cannot be used; a fresh process can. */
export class ForkServerUnavailable extends Error {
  override readonly name = 'ForkServerUnavailable';
}

/** One fork server: a Python process that has imported what the notebook imports and forks supervisors. */
export class ForkServer {
  private readonly process: PythonProcess;
  private readonly ready = deferred<void>();
  private readonly spawning = new Map<string, Deferred<number>>();
  private ended: ForkServerUnavailable | null = null;
  private hasImported = false;
  private readonly gone: Promise<void>;

  constructor(
    executable: string,
    environment: Record<string, string>,
    directory: string,
    modules: readonly string[],
    private readonly clock: Clock
  ) {
    this.process = startPython(executable, ['chard_runner.forkserver'], environment, directory);
    const { child } = this.process;
    const stopWaiting = clock.after(READY_MILLISECONDS, () =>
      this.end(new ForkServerUnavailable('it took too long to import the modules'))
    );
    void this.ready.promise.then(stopWaiting, stopWaiting);
    this.gone = new Promise(done => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
    const splitter = new LineSplitter();
    child.stdout?.on('data', (chunk: Buffer) => {
      try {
        for (const line of splitter.push(chunk)) this.receive(line);
      } catch (error) {
        this.end(new ForkServerUnavailable(`it broke the protocol: ${String(error)}`));
      }
    });
    child.once('error', error => this.end(new ForkServerUnavailable(error.message)));
    child.once('exit', (code, signal) =>
      this.end(
        new ForkServerUnavailable(
          `it ended with ${describeExit(code, signal)} ${this.process.complaint()}`.trim()
        )
      )
    );
    this.send({ type: 'preload', modules: [...modules] });
  }

  /** Whether it is still importing, so that whoever asks for a supervisor waits. */
  get isImporting(): boolean {
    return !this.hasImported && this.ended === null;
  }

  /** Forks a supervisor that connects to `socket` with `token`. @returns its pid. @throws ForkServerUnavailable */
  async spawn(socket: string, token: string): Promise<number> {
    await this.ready.promise;
    if (this.ended !== null) throw this.ended;
    const answer = deferred<number>();
    this.spawning.set(token, answer);
    const cancelTimer = this.clock.after(SPAWN_MILLISECONDS, () =>
      this.end(new ForkServerUnavailable('it does not answer'))
    );
    this.send({ type: 'spawn', socket, token });
    try {
      return await answer.promise;
    } finally {
      cancelTimer();
      this.spawning.delete(token);
    }
  }

  /** Ends it, and with it all that it forked. */
  async close(): Promise<void> {
    this.end(new ForkServerUnavailable('it was closed'));
    const cancelTimer = this.clock.after(END_MILLISECONDS, () =>
      this.process.child.kill('SIGKILL')
    );
    await this.gone;
    cancelTimer();
  }

  private receive(line: string): void {
    const message = ForkServerMessage.parse(JSON.parse(line));
    switch (message.type) {
      case 'ready':
        this.hasImported = true;
        if (message.forks) this.ready.resolve();
        else this.end(new ForkServerUnavailable(message.why ?? 'it cannot fork'));
        return;
      case 'spawned':
        this.spawning.get(message.token)?.resolve(message.pid);
        return;
      case 'error': {
        const error = new ForkServerUnavailable(message.message);
        const spawning = message.token === null ? undefined : this.spawning.get(message.token);
        if (spawning === undefined) this.end(error);
        else spawning.reject(error);
      }
    }
  }

  private send(command: ForkServerCommand): void {
    this.process.child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  private end(reason: ForkServerUnavailable): void {
    if (this.ended !== null) return;
    this.ended = reason;
    this.ready.reject(reason);
    for (const { reject } of this.spawning.values()) reject(reason);
    this.process.child.stdin?.end();
  }
}
