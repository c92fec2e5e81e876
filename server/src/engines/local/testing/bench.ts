import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '@chard/core/pipeline';
import { openStores, type Stores } from '../../../stores';
import type { EngineInterpreter, Limits, RunOptions, RunRequest } from '../../engine';
import { createLocalEngine, type LocalEngineOptions } from '../engine';
import { interpreter } from './interpreter';

export { interpreter, PYTHON } from './interpreter';

export const FAKE_RUNNER = join(__dirname, 'runner');
export const REAL_RUNNER = join(__dirname, '../../../../../runner');

export function runRequest(
  folder: string,
  pipeline: Pipeline,
  options: Partial<RunOptions> = {},
  python: EngineInterpreter = interpreter()
): RunRequest {
  return {
    pipeline,
    notebook: { path: join(folder, 'notebook.ipynb'), bytes: Buffer.from('{}') },
    interpreter: python,
    options: { cache: true, from: null, only: null, base: null, ...options }
  };
}

/** A folder with a store and engines on it, which `close` all ends and removes. */
export class Bench {
  private readonly root: string;
  /** The notebook's. */
  readonly folder: string;
  /** Where steps leave traces for a spec to look at; reuse does not look here. */
  readonly aside: string;
  readonly stores: Stores;
  protected readonly closers: (() => Promise<void>)[] = [];

  /** @param disk the folder in which all of it is */
  constructor(disk = tmpdir()) {
    this.root = mkdtempSync(join(disk, 'chard-spec-'));
    this.folder = join(this.root, 'notebooks');
    this.aside = join(this.root, 'aside');
    this.stores = openStores(join(this.root, 'home'));
    this.makeFolder();
    mkdirSync(this.aside);
  }

  makeFolder(): void {
    mkdirSync(this.folder);
  }

  engine(
    options: Partial<LocalEngineOptions> = {},
    limits: Partial<Limits> = { parallel: 4, cpu: 4 }
  ) {
    const engine = createLocalEngine({
      stores: this.stores,
      runnerFolder: FAKE_RUNNER,
      limits,
      ...options
    });
    this.closers.push(() => engine.close());
    return engine;
  }

  async close(): Promise<void> {
    // What was made last is built on what was made before it.
    for (const close of this.closers.reverse()) await close();
    this.stores.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
