import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Database } from './database';

/** File system notices can be missing (network file systems, exhausted watches), so the version is looked at anyway. */
const LOOK_MILLISECONDS = 250;

/** Tells listeners that the database has changed, by this process or another. */
export class ChangeFeed {
  private readonly listeners = new Set<() => void>();
  private watcher: FSWatcher | null = null;
  private timer: NodeJS.Timeout | null = null;
  private seenVersion: number | null = null;
  private announced = false;

  constructor(private readonly database: Database) {}

  /** For changes by this process, which the database's version does not show. */
  announce(): void {
    if (this.listeners.size === 0 || this.announced) return;
    this.announced = true;
    setImmediate(() => {
      this.announced = false;
      this.tell();
    });
  }

  /** @returns what ends the subscription. */
  subscribe(listener: () => void): () => void {
    // One function may subscribe twice; each subscription ends by itself.
    const own = (): void => listener();
    this.listeners.add(own);
    if (this.listeners.size === 1) this.start();
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) this.stop();
    };
  }

  close(): void {
    this.listeners.clear();
    this.stop();
  }

  private start(): void {
    this.seenVersion = this.versionOrNone();
    this.timer = setInterval(() => this.look(), LOOK_MILLISECONDS);
    const name = basename(this.database.path);
    try {
      this.watcher = watch(dirname(this.database.path), (_, changed) => {
        if (changed === null || changed.startsWith(name)) this.look();
      });
      this.watcher.on('error', () => this.stopWatching());
    } catch {
      // No watch to be had (a limit of the system): the timer alone does it, a little later.
      this.watcher = null;
    }
  }

  private look(): void {
    const version = this.versionOrNone();
    if (version !== null && version === this.seenVersion) return;
    this.seenVersion = version;
    this.tell();
  }

  /** A database that cannot be read any more counts as changed: whoever listens reads it and gets the error. */
  private versionOrNone(): number | null {
    try {
      return this.database.dataVersion();
    } catch {
      return null;
    }
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.stopWatching();
  }

  private stopWatching(): void {
    this.watcher?.close();
    this.watcher = null;
  }
}
