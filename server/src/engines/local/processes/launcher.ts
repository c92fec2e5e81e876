import { ChardError } from '../../../errors';
import { reasonOf } from '../../../files';
import type { InterpreterProcess } from '../../engine';
import type { Clock } from '../clock';
import type { Connection } from './connection';
import { ForkServer, ForkServerUnavailable } from './forkServer';
import { Port } from './port';
import { describeExit, pythonEnvironment, startPython } from './python';

const CONNECT_MILLISECONDS = 60_000;
/** Supervisors that no step has needed for so long are ended; the fork server makes others soon enough. */
export const REST_MILLISECONDS = 2 * 60_000;
/** Fork servers that nobody uses at the moment; what they have imported may be large. */
const MAX_IDLE = 1;

interface KeptForkServer {
  readonly server: ForkServer;
  /** Supervisors that it has forked, or is forking, for a step. */
  live: number;
  /** A supervisor that waits for the next step, or is on its way. */
  spare: Promise<Launched | null> | null;
  /** Supervisors that are through with a step and ready for another one. */
  readonly rested: Supervisor[];
  /** Lets those that wait wait on. */
  stopResting: () => void;
}

type Supervisor = Pick<Launched, 'connection' | 'pid'>;

export interface Launched {
  readonly connection: Connection;
  /** The supervisor's. */
  readonly pid: number;
  /** Whether it should stay for another step when this one has succeeded. */
  readonly isWantedAgain: boolean;
  /** The step is through. A supervisor whose connection is open then, has stayed. */
  release(): void;
}

export interface LaunchWishes {
  /** Whether another step will follow: a supervisor is then made ready for it meanwhile. */
  readonly more?: boolean;
  /** Called where the supervisor comes only once the modules are imported. */
  readonly onImporting?: () => void;
}

export interface LauncherOptions {
  readonly runnerFolder: string;
  readonly instance: string;
  readonly clock: Clock;
}

/** Starts supervisors: forked where that is possible, else as fresh processes. */
export class Launcher {
  private port: Promise<Port> | null = null;
  /** By interpreter, environment and modules; the one used last is the last. */
  private readonly forkServers = new Map<string, KeptForkServer>();
  /** A supervisor in reserve belongs to no run, so this alone concerns it. */
  private readonly closing = new AbortController();

  constructor(private readonly options: LauncherOptions) {}

  /**
   * @param modules what the fork server imports beforehand, as far as it is installed.
   * @throws ChardError `runner-failed`.
   */
  async launch(
    interpreter: InterpreterProcess,
    modules: readonly string[],
    signal: AbortSignal,
    { more = false, onImporting }: LaunchWishes = {}
  ): Promise<Launched> {
    const port = await this.openPort();
    signal.throwIfAborted();
    try {
      const kept = this.forkServer(port, interpreter, modules);
      if (kept.server.isImporting) onImporting?.();
      const launched = (await this.takeSpare(kept)) ?? (await this.fork(port, kept, signal));
      if (more) this.prepareSpare(port, kept);
      return { ...launched, isWantedAgain: more };
    } catch (error) {
      if (!(error instanceof ForkServerUnavailable)) throw error;
    }
    return this.startFresh(port, interpreter, signal);
  }

  /** Makes a supervisor ready for a step that will come with these modules. */
  prepare(interpreter: InterpreterProcess, modules: readonly string[]): void {
    // What cannot be made is no failure yet: the step that would have got it tries again, and is told.
    this.openPort()
      .then(
        port => {
          const kept = this.forkServer(port, interpreter, modules);
          this.prepareSpare(port, kept);
          this.restLater(kept);
        },
        () => undefined
      )
      .catch(() => undefined);
  }

  /** Ends the fork servers and every connection. */
  async close(): Promise<void> {
    this.closing.abort(new ForkServerUnavailable('the engine is being closed'));
    const closing = [...this.forkServers.values()].map(kept => this.end(kept));
    this.forkServers.clear();
    await this.port?.then(port => port.close());
    await Promise.all(closing);
  }

  private async openPort(): Promise<Port> {
    this.port ??= Port.open(this.options.instance);
    try {
      return await this.port;
    } catch (error) {
      this.port = null;
      throw new ChardError(
        'runner-failed',
        `No step can be started: the engine's socket cannot be made (${reasonOf(error)}). Make room in the folder for ` +
          'temporary files, or set TMPDIR to another one.',
        { cause: error }
      );
    }
  }

  /** One that ended is not started again: whatever killed it would do so again. */
  private forkServer(
    port: Port,
    interpreter: InterpreterProcess,
    modules: readonly string[]
  ): KeptForkServer {
    const { runnerFolder, instance, clock } = this.options;
    this.closing.signal.throwIfAborted();
    const environment = pythonEnvironment(interpreter, runnerFolder, instance);
    const key = JSON.stringify([interpreter.executable, environment, modules]);
    const kept = this.forkServers.get(key) ?? {
      server: new ForkServer(interpreter.executable, environment, port.emptyFolder, modules, clock),
      live: 0,
      spare: null,
      rested: [],
      stopResting: () => undefined
    };
    this.forkServers.delete(key);
    this.forkServers.set(key, kept);
    return kept;
  }

  private release(kept: KeptForkServer, supervisor: Supervisor | null): void {
    kept.live -= 1;
    if (supervisor?.connection.isOpen === true) kept.rested.push(supervisor);
    // While a step runs the next one may come at once; else one is enough for a quick start.
    for (const { connection } of kept.live === 0 ? kept.rested.splice(1) : []) connection.destroy();
    const idle = [...this.forkServers].filter(([, { live }]) => live === 0);
    for (const [key, other] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE))) {
      this.forkServers.delete(key);
      void this.end(other);
    }
    if (kept.live === 0) this.restLater(kept);
  }

  private end({ server, stopResting }: KeptForkServer): Promise<void> {
    stopResting();
    return server.close();
  }

  /** Ends the supervisors that wait, unless a step needs one before long. */
  private restLater(kept: KeptForkServer): void {
    kept.stopResting();
    if (![...this.forkServers.values()].includes(kept)) return;
    kept.stopResting = this.options.clock.after(REST_MILLISECONDS, () => {
      if (kept.live > 0) return;
      for (const { connection } of kept.rested.splice(0)) connection.destroy();
      void kept.spare?.then(spare => spare?.connection.destroy());
      kept.spare = null;
    });
  }

  /** @returns the supervisor that waits, where one does and is still there. */
  private async takeSpare(kept: KeptForkServer): Promise<Launched | null> {
    const { spare } = kept;
    if (spare === null) return null;
    kept.spare = null;
    kept.live += 1;
    const launched = await spare;
    if (launched?.connection.isOpen === true) return launched;
    this.release(kept, null);
    return null;
  }

  private prepareSpare(port: Port, kept: KeptForkServer): void {
    const { signal } = this.closing;
    if (signal.aborted) return;
    // One that cannot be made is no failure: the step that would have got it tries again, and is told.
    kept.spare ??= (async () =>
      this.takeRested(kept) ?? (await this.connect(port, kept, signal)))().catch(() => null);
  }

  private takeRested(kept: KeptForkServer): Launched | null {
    for (let next = kept.rested.pop(); next !== undefined; next = kept.rested.pop()) {
      if (next.connection.isOpen) return this.launched(kept, next);
    }
    return null;
  }

  private launched(kept: KeptForkServer, supervisor: Supervisor): Launched {
    return { ...supervisor, isWantedAgain: false, release: () => this.release(kept, supervisor) };
  }

  private async fork(port: Port, kept: KeptForkServer, signal: AbortSignal): Promise<Launched> {
    kept.live += 1;
    const rested = this.takeRested(kept);
    if (rested !== null) return rested;
    try {
      return await this.connect(port, kept, signal);
    } catch (error) {
      this.release(kept, null);
      throw error;
    }
  }

  private async connect(port: Port, kept: KeptForkServer, signal: AbortSignal): Promise<Launched> {
    const expected = port.expect();
    const abandon = (): void => expected.giveUp(signal.reason as Error);
    signal.addEventListener('abort', abandon, { once: true });
    const cancelTimer = this.options.clock.after(CONNECT_MILLISECONDS, () =>
      expected.giveUp(new ForkServerUnavailable('its supervisor did not connect'))
    );
    try {
      const spawned = kept.server.spawn(port.path, expected.token).catch((error: Error) => {
        expected.giveUp(error);
        throw error;
      });
      const [connection, pid] = await Promise.all([expected.connected, spawned]);
      return this.launched(kept, { connection, pid });
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', abandon);
    }
  }

  private async startFresh(
    port: Port,
    interpreter: InterpreterProcess,
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
      return {
        connection: await expected.connected,
        pid: child.pid as number,
        isWantedAgain: false,
        release: () => undefined
      };
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
