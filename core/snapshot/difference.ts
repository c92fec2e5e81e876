import { z } from 'zod';
import { SnapshotEntry } from './model';
import { comparePaths } from './order';

/** In what an entry differs. */
export const EntryAspect = z.enum(['kind', 'content', 'mode', 'target', 'attributes', 'modified']);
export type EntryAspect = z.infer<typeof EntryAspect>;

/** What is different at one path of two snapshots. */
export const EntryChange = z.object({
  /** The source's name. */
  source: z.string(),
  path: z.string(),
  how: z.enum(['added', 'removed', 'changed']),
  /** Of what changed, in what. */
  aspects: z.array(EntryAspect),
  before: SnapshotEntry.nullable(),
  after: SnapshotEntry.nullable()
});
export type EntryChange = z.infer<typeof EntryChange>;

/** A change at a path, of whichever source. */
export type PathChange = Omit<EntryChange, 'source'>;

/** Entries of one source in the order of `comparePaths`, some at a time, so that there is never need for all of them at once. */
export type EntryBatches = AsyncIterable<readonly SnapshotEntry[]>;

/**
 * What is different between two sources, in the order of paths, as much at a time as a batch of entries brings. A folder's time changes
 * with what comes and goes in it, and a link's with nothing of interest, so only a file's time counts.
 */
export async function* diffEntries(
  before: EntryBatches,
  after: EntryBatches
): AsyncGenerator<readonly PathChange[]> {
  const old = new Cursor(before);
  const now = new Cursor(after);
  try {
    await old.fill();
    await now.fill();
    let changes: PathChange[] = [];
    while (old.entry !== null || now.entry !== null) {
      const change = compareHeads(old, now);
      if (change !== null) changes.push(change);
      if (old.isDry || now.isDry) {
        if (changes.length > 0) yield changes;
        changes = [];
        await old.fill();
        await now.fill();
      }
    }
    if (changes.length > 0) yield changes;
  } finally {
    await old.close();
    await now.close();
  }
}

/** In what two entries at one path differ; empty for the same. */
export function entryAspects(before: SnapshotEntry, after: SnapshotEntry): EntryAspect[] {
  if (before.kind !== after.kind) return ['kind'];
  const aspects: EntryAspect[] = [];
  if (before.digest !== after.digest) aspects.push('content');
  if (before.target !== after.target) aspects.push('target');
  if (before.kind !== 'link' && before.mode !== after.mode) aspects.push('mode');
  if (!sameAttributes(before.attributes, after.attributes)) aspects.push('attributes');
  if (before.kind === 'file' && !isSameTime(before.modified, after.modified)) {
    aspects.push('modified');
  }
  return aspects;
}

function sameAttributes(
  before: SnapshotEntry['attributes'],
  after: SnapshotEntry['attributes']
): boolean {
  const [old, now] = [before ?? {}, after ?? {}];
  const names = Object.keys(old);
  return names.length === Object.keys(now).length && names.every(name => old[name] === now[name]);
}

/** Times are put back in whole microseconds. */
const MICROSECOND = 1000n;

function isSameTime(a: string, b: string): boolean {
  if (a === b) return true;
  const apart = BigInt(a) - BigInt(b);
  return apart < MICROSECOND && apart > -MICROSECOND;
}

function compareHeads(old: Cursor, now: Cursor): PathChange | null {
  const before = old.entry;
  const after = now.entry;
  const order = before === null ? 1 : after === null ? -1 : comparePaths(before.path, after.path);
  if (order <= 0) old.next();
  if (order >= 0) now.next();
  if (order < 0 && before !== null) {
    return { path: before.path, how: 'removed', aspects: [], before, after: null };
  }
  if (order > 0 && after !== null) {
    return { path: after.path, how: 'added', aspects: [], before: null, after };
  }
  if (before === null || after === null) return null;
  const aspects = entryAspects(before, after);
  return aspects.length === 0 ? null : { path: after.path, how: 'changed', aspects, before, after };
}

/** The next entry of a stream of batches. */
class Cursor {
  private readonly batches: AsyncIterator<readonly SnapshotEntry[]>;
  private batch: readonly SnapshotEntry[] = [];
  private at = 0;
  private isOver = false;

  constructor(batches: EntryBatches) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  get entry(): SnapshotEntry | null {
    return this.batch[this.at] ?? null;
  }

  /** Whether `fill` has to be called before `entry` says what comes next. */
  get isDry(): boolean {
    return this.at >= this.batch.length && !this.isOver;
  }

  next(): void {
    this.at += 1;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }

  async fill(): Promise<void> {
    while (this.isDry) {
      const next = await this.batches.next();
      this.batch = next.done === true ? [] : next.value;
      this.isOver = next.done === true;
      this.at = 0;
    }
  }
}
