import { ChardError } from '../../../errors';
import type { EngineInterpreter } from '../../engine';
import type { Clock } from '../clock';
import type { Connection } from './connection';
import { ForkServer, ForkServerUnavailable } from './forkServer';
import { Port } from './port';
import { describeExit, pythonEnvironment, startPython } from './python';

const CONNECT_MILLISECONDS = 60_000;

export interface Launched {
  readonly connection: Connection;
  /** The supervisor's. */
  readonly pid: number;
}

export interface LauncherOptions {
  readonly runnerFolder: string;
  readonly instance: string;
  readonly clock: Clock;
}

/** Starts supervisors: forked where that is possible, else as fresh processes. */
export class Launcher {
  private port: Promise<Port> | null = null;
  private readonly forkServers = new Map<string, ForkServer>();
  private isClosed = false;

  constructor(private readonly options: LauncherOptions) {}

  /**
   * @param modules what the fork server imports beforehand, as far as it is installed.
   * @throws ChardError `runner-failed`.
   */
  async launch(
    interpreter: EngineInterpreter,
    modules: readonly string[],
    signal: AbortSignal
  ): Promise<Launched> {
    this.port ??= Port.open();
    const port = await this.port;
    signal.throwIfAborted();
    try {
      return await this.fork(port, this.forkServer(port, interpreter, modules), signal);
    } catch (error) {
      if (!(error instanceof ForkServerUnavailable)) throw error;
    }
    return this.startFresh(port, interpreter, signal);
  }

  /** Ends the fork servers and every connection. */
  async close(): Promise<void> {
    this.isClosed = true;
    const closing = [...this.forkServers.values()].map(server => server.close());
    this.forkServers.clear();
    if (this.port !== null) (await this.port).close();
    await Promise.all(closing);
  }

  /** One that ended is not started again: whatever killed it would do so again. */
  private forkServer(
    port: Port,
    interpreter: EngineInterpreter,
    modules: readonly string[]
  ): ForkServer {
    const { runnerFolder, instance, clock } = this.options;
    if (this.isClosed) throw new ForkServerUnavailable('the engine is being closed');
    const environment = pythonEnvironment(interpreter, runnerFolder, instance);
    const key = JSON.stringify([interpreter.executable, environment, modules]);
    let server = this.forkServers.get(key);
    if (server === undefined) {
      server = new ForkServer(
        interpreter.executable,
        environment,
        port.emptyFolder,
        modules,
        clock
      );
      this.forkServers.set(key, server);
    }
    return server;
  }

  private async fork(port: Port, server: ForkServer, signal: AbortSignal): Promise<Launched> {
    const expected = port.expect();
    const abandon = (): void => expected.giveUp(signal.reason as Error);
    signal.addEventListener('abort', abandon, { once: true });
    const cancelTimer = this.options.clock.after(CONNECT_MILLISECONDS, () =>
      expected.giveUp(new ForkServerUnavailable('its supervisor did not connect'))
    );
    try {
      const spawned = server.spawn(port.path, expected.token).catch((error: Error) => {
        expected.giveUp(error);
        throw error;
      });
      const [connection, pid] = await Promise.all([expected.connected, spawned]);
      return { connection, pid };
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', abandon);
    }
  }

  private async startFresh(
    port: Port,
    interpreter: EngineInterpreter,
    signal: AbortSignal
  ): Promise<Launched> {
    const { runnerFolder, instance, clock } = this.options;
    const expected = port.expect();
    const { child, complaint } = startPython(
      interpreter.executable,
      ['chard_runner.supervisor', '--socket', port.path],
      pythonEnvironment(interpreter, runnerFolder, instance),
      port.emptyFolder
    );
    const fail = (reason: string): void => {
      expected.giveUp(runnerFailed(interpreter.executable, reason));
    };
    const abandon = (): void => {
      expected.giveUp(signal.reason as Error);
      child.kill('SIGKILL');
    };
    signal.addEventListener('abort', abandon, { once: true });
    child.once('error', error => fail(error.message));
    child.once('exit', (code, endSignal) =>
      fail(`it ended with ${describeExit(code, endSignal)}. ${complaint()}`)
    );
    const cancelTimer = clock.after(CONNECT_MILLISECONDS, () => {
      fail('it did not connect');
      child.kill('SIGKILL');
    });
    child.stdout?.resume();
    child.stdin?.end(`${expected.token}\n`);
    try {
      return { connection: await expected.connected, pid: child.pid as number };
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', abandon);
    }
  }
}

function runnerFailed(executable: string, reason: string): ChardError {
  return new ChardError(
    'runner-failed',
    `The step's process could not be started with ${executable}: ${reason.trim()} ` +
      'Check that this Python works and choose another kernel if it does not.'
  );
}
