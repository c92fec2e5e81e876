import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../engines/engine';
import { createLocalEngine } from '../../engines/local';
import { FAKE_RUNNER, interpreter, PYTHON } from '../../engines/local/testing/bench';
import { SnapshotDoor } from '../../snapshots/door';
import type { SnapshotStore } from '../../snapshots/snapshotStore';
import { openStores, type Stores } from '../../stores';
import type { ExperimentEngine } from '../../experiments/experimentEngine';
import type { OpenSuggester } from '../../experiments/suggester/suggester';
import { openBackend, type Backend } from '../backend';
import { createHttpServer } from '../http/server';
import { Root } from '../root';
import { createRouter } from '../routes';
import { Client } from './client';

const SECRET = 'a-secret-of-the-specs-that-is-long-enough';

/** The server in this process, with a real store and the real engine over the runner of the engine's specs. */
export class Served {
  private readonly folder = mkdtempSync(join(tmpdir(), 'chard-app-'));
  readonly rootFolder = join(this.folder, 'root');
  readonly stores: Stores = openStores(join(this.folder, 'home'));
  private readonly door = new SnapshotDoor(this.stores.home, null);
  readonly snapshots = (): SnapshotStore => this.door.open();
  readonly engine: Engine = createLocalEngine({
    stores: this.stores,
    snapshots: this.snapshots,
    runnerFolder: FAKE_RUNNER,
    limits: { parallel: 4, cpu: 4 }
  });
  readonly socket = join(this.folder, 'app.sock');
  readonly client = new Client(this.socket, SECRET);
  /** What nobody foresaw. */
  readonly reported: string[] = [];
  private readonly server: Server;
  private readonly backend: Backend;

  /** @param open what suggests trials; by default Optuna. */
  constructor(open?: OpenSuggester) {
    mkdirSync(this.rootFolder);
    const root = new Root(this.rootFolder);
    const host = {
      home: this.stores.home,
      memory: join(this.folder, 'memory'),
      python: execFileSync(PYTHON, ['-c', 'import sys; print(sys.executable)'], {
        encoding: 'utf8'
      }).trim(),
      environment: process.env
    };
    this.backend = openBackend(this.stores, root, host, {
      engine: this.engine,
      snapshots: this.snapshots,
      contextOf: async () => ({ interpreter: interpreter() }),
      ...(open && { open })
    });
    const { backend } = this;
    const router = createRouter({
      host,
      root,
      instance: 'instance-1',
      resumed: [],
      open: () => backend
    });
    this.server = createHttpServer({
      router,
      secret: SECRET,
      report: text => this.reported.push(text)
    });
  }

  async start(): Promise<this> {
    await new Promise<void>(resolve => this.server.listen(this.socket, resolve));
    return this;
  }

  get experiments(): ExperimentEngine {
    return this.backend.experiments;
  }

  /** The path of a notebook below the root, as runs have it. */
  notebook(name: string): string {
    return join(this.rootFolder, name);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
    await this.backend.experiments.close();
    this.backend.analysis.close();
    await this.engine.close();
    this.stores.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
