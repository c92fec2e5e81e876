import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { chardHome } from '../home';
import type { Host } from '../host';
import { BackendDoor } from './backend';
import { createHttpServer } from './http/server';
import { Root } from './root';
import { createRouter } from './routes';
import { readSettings } from './settings';
import { Upkeep } from './upkeep';

/** Runs whose owner was killed meanwhile are marked so often. */
const UPKEEP_MILLISECONDS = 5_000;
/** While it executes runs, the server says so this often. */
const BUSY_MILLISECONDS = 60_000;

/**
 * Runs the companion server of one Jupyter server, until that ends.
 *
 * It then stops as if it had been killed: steps end with their owner, the log says how far they came, and the next
 * server goes on with them. Orderly or not, there is one way down.
 */
export async function runServerProcess(): Promise<void> {
  const end = (): never => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  const settings = await readSettings(process.stdin, end);
  const home = chardHome();
  const host: Host = {
    home,
    // Where the store was removed, nothing makes its folder anew: it may be put back.
    get memory() {
      return existsSync(home) ? home : null;
    },
    python: settings.python,
    environment: process.env
  };
  const root = new Root(settings.root);
  const door = new BackendDoor(host, root);
  const resumed: string[] = [];
  const router = createRouter({
    host,
    root,
    instance: randomUUID(),
    resumed,
    open: () => door.open()
  });
  await listen(createHttpServer({ router, secret: settings.secret, report }), settings.socket);
  // The process that started this one reads it: from here on there is somebody to ask.
  process.stdout.write('listening\n');
  const upkeep = new Upkeep({
    open: () => door.open(),
    host,
    report,
    onResumed: runs => resumed.push(...runs)
  });
  await upkeep.look();
  setInterval(() => void upkeep.look(), UPKEEP_MILLISECONDS);
  // Jupyter counts runs that go on as activity, so that nobody shuts it down for being idle.
  setInterval(() => {
    if (upkeep.isBusy()) process.stdout.write('busy\n');
  }, BUSY_MILLISECONDS);
}

/** The socket lies in a folder that only its owner can enter; its own mode is for whoever moves it elsewhere. */
function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => {
      chmodSync(socket, 0o600);
      resolve();
    });
  });
}

/** Standard error goes to the log of the Jupyter server. */
function report(text: string): void {
  process.stderr.write(`${text}\n`);
}
