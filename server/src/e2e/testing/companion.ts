import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from '../../app/testing/client';
import { PYTHON, type Chard } from './chard';

const SECRET = 'a-secret-of-the-specs-that-is-long-enough';
let starts = 0;

/** The built server as Jupyter starts it. */
export class Companion {
  private constructor(
    readonly child: ChildProcess,
    readonly client: Client
  ) {}

  /** Starts one for `root`, and resolves when it listens. */
  static async start(chard: Chard, root: string): Promise<Companion> {
    starts += 1;
    const socket = join(chard.folder, `${starts}.sock`);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', chard.serve], {
      cwd: root,
      env: chard.environment(),
      stdio: ['pipe', 'pipe', 'inherit']
    });
    const settings = { secret: SECRET, socket, root, python: PYTHON };
    child.stdin.write(`${JSON.stringify(settings)}\n`);
    const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (String(first[0]) !== 'listening\n') throw new Error(`the server ended: ${first.join()}`);
    return new Companion(child, new Client(socket, SECRET));
  }

  /** Ends it as the end of Jupyter does, or by a signal. @returns its exit code, or the signal. */
  async end(signal?: NodeJS.Signals): Promise<unknown> {
    const ended = once(this.child, 'exit');
    if (signal === undefined) this.child.stdin?.end();
    else this.child.kill(signal);
    const [code, by] = (await ended) as [number | null, string | null];
    return code ?? by;
  }
}
