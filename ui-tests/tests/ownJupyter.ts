import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';

const CONFIG = resolve(__dirname, '../jupyter_server_config.py');

/** A Jupyter server of a test's own, to be killed and started again at the same address, over the same files. */
export class OwnJupyter {
  readonly folder = mkdtempSync(join(tmpdir(), 'chard-own-'));
  private child: ChildProcess | null = null;

  private constructor(private readonly port: number) {}

  static async start(): Promise<OwnJupyter> {
    const own = new OwnJupyter(await freePort());
    await own.startAgain();
    return own;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where runs are kept. */
  get home(): string {
    return join(this.folder, 'home');
  }

  async startAgain(): Promise<void> {
    this.child = spawn('jupyter', ['lab', '--config', CONFIG], {
      env: {
        ...process.env,
        CHARD_UI_PORT: String(this.port),
        CHARD_UI_HOME: this.home,
        CHARD_UI_ROOT: this.folder
      },
      stdio: 'ignore'
    });
    const isUp = async (): Promise<boolean> => (await fetch(`${this.address}/api`)).ok;
    await expect.poll(() => isUp().catch(() => false), { timeout: 120_000 }).toBe(true);
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
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20 });
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
