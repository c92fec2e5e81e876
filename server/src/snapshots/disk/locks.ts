import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { fileFailure } from '../../files';
import { BEAT_MILLISECONDS, ownerLives, thisOwner } from '../../stores/owner';

/** How the store is used: side by side with others, or alone. */
export type LockKind = 'shared' | 'exclusive';

export interface Lock {
  readonly name: string;
  release(): void;
}

const LockFile = z.object({
  kind: z.enum(['shared', 'exclusive']),
  what: z.string(),
  owner: z.object({
    pid: z.int(),
    startTime: z.string(),
    boot: z.string(),
    namespace: z.string(),
    instance: z.string()
  })
});
type LockFile = z.infer<typeof LockFile>;

interface Held extends LockFile {
  readonly name: string;
}

const LOOK_MILLISECONDS = 50;
/** A lock that cannot be read may be being written; after so long it was left by a process that died while it wrote it. */
const UNREADABLE_MILLISECONDS = 10_000;

/**
 * Who uses a store, as a file for each. A process that wants it writes its file first and looks at the others' then, so that of two that
 * come at once at least one sees the other. Files of processes that are gone are removed by whoever meets them.
 */
export class Locks {
  private readonly owner = thisOwner();

  /** @param patience milliseconds to wait for others */
  constructor(
    private readonly folder: string,
    private readonly patience: number
  ) {}

  /**
   * Takes the store. @param what is done meanwhile, for those who wait: "takes a snapshot"
   * @throws ChardError `store-busy`, `store-full`, `store-read-only`, ...; the signal's reason
   */
  async take(kind: LockKind, what: string, signal?: AbortSignal): Promise<Lock> {
    const deadline = Date.now() + this.patience;
    for (;;) {
      const lock = this.write(kind, what);
      try {
        // Who waits to be alone stays in the list, so that nobody new comes in.
        let stopper = this.stopper(lock.name, kind);
        while (stopper !== null && kind === 'exclusive' && stopper.kind === 'shared') {
          await this.wait(stopper, deadline, signal);
          stopper = this.stopper(lock.name, kind);
        }
        if (stopper === null) return lock;
        lock.release();
        await this.wait(stopper, deadline, signal);
      } catch (error) {
        lock.release();
        throw error;
      }
    }
  }

  /** Whether a process that owns a folder of `staging` still lives. */
  livingInstances(): Set<string> {
    return new Set(this.others('').map(({ owner }) => owner.instance));
  }

  get instance(): string {
    return this.owner.instance;
  }

  private async wait(stopper: Held, deadline: number, signal?: AbortSignal): Promise<void> {
    if (Date.now() >= deadline) {
      throw new ChardError(
        'store-busy',
        `The snapshots are in use: process ${stopper.owner.pid} ${stopper.what}. Try again when it is done.`,
        { path: join(this.folder, stopper.name) }
      );
    }
    // Not all after the same time: two that step back for each other would meet again.
    await pause(LOOK_MILLISECONDS * (0.5 + Math.random()), undefined, { signal });
  }

  private write(kind: LockKind, what: string): Lock {
    const name = `${randomBytes(8).toString('hex')}.json`;
    const path = join(this.folder, name);
    try {
      const file: LockFile = { kind, what, owner: this.owner };
      writeFileSync(path, JSON.stringify(file), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      rmSync(path, { force: true });
      throw fileFailure(error, path, 'store');
    }
    const timer = setInterval(() => beat(path), BEAT_MILLISECONDS);
    timer.unref();
    return {
      name,
      release: () => {
        clearInterval(timer);
        rmSync(path, { force: true });
      }
    };
  }

  /** Whose lock stands in the way of one of ours. */
  private stopper(name: string, kind: LockKind): Held | null {
    const others = this.others(name);
    const alone = others.find(other => other.kind === 'exclusive');
    return alone ?? (kind === 'exclusive' ? others[0] : undefined) ?? null;
  }

  private others(name: string): Held[] {
    return readdirSync(this.folder)
      .filter(each => each !== name && each.endsWith('.json'))
      .flatMap(each => this.read(each));
  }

  private read(name: string): Held[] {
    const path = join(this.folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const now = Date.now();
    const parsed = parse(path);
    const isLeft =
      parsed === null
        ? now - stats.mtimeMs > UNREADABLE_MILLISECONDS
        : !ownerLives({ run: '', owner: parsed.owner, beat: stats.mtimeMs }, now);
    if (isLeft) {
      rmSync(path, { force: true });
      return [];
    }
    if (parsed !== null) return [{ ...parsed, name }];
    const unknown = { pid: 0, startTime: '', boot: '', namespace: '', instance: '' };
    return [{ kind: 'exclusive', what: 'is beginning', owner: unknown, name }];
  }
}

function parse(path: string): LockFile | null {
  try {
    return LockFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Being written, or left half written: the caller decides by its age.
    return null;
  }
}

function beat(path: string): void {
  const now = new Date();
  // Where this is not possible any more, what is written next to the store says so.
  utimes(path, now, now, () => undefined);
}
