import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';

const CONFIG = resolve(__dirname, '../jupyter_server_config.py');

/** A Jupyter server of a test's own, to be killed and started again at the same address, over the same files. */
export class OwnJupyter {
  private readonly base = mkdtempSync(join(tmpdir(), 'chard-own-'));
  private child: ChildProcess | null = null;

  private constructor(private readonly port: number) {
    mkdirSync(this.root);
  }

  /** @param prepare what is done to its empty folders first */
  static async start(prepare?: (own: OwnJupyter) => void): Promise<OwnJupyter> {
    const own = new OwnJupyter(await freePort());
    prepare?.(own);
    await own.startAgain();
    return own;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The folder that it shows. */
  get root(): string {
    return join(this.base, 'root');
  }

  /** Where Chard keeps its runs. */
  get home(): string {
    return join(this.base, 'home');
  }

  /** A file that lets steps go on which wait for it; beside the root, where no step has a view of its own. */
  get signal(): string {
    return join(this.base, 'go');
  }

  async startAgain(): Promise<void> {
    this.child = spawn('jupyter', ['lab', '--config', CONFIG], {
      env: {
        ...process.env,
        CHARD_UI_PORT: String(this.port),
        CHARD_UI_HOME: this.home,
        CHARD_UI_ROOT: this.root
      },
      stdio: 'ignore'
    });
    const isUp = async (): Promise<boolean> => (await fetch(`${this.address}/api`)).ok;
    await expect.poll(() => isUp().catch(() => false), { timeout: 120_000 }).toBe(true);
  }

  /** Stops it from doing anything, as a machine does that hangs or a proxy that swallows all; it keeps its connections. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 20 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
