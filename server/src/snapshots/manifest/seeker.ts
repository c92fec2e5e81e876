import { comparePaths } from '@chard/core/snapshot';
import { closeSync, openSync, readSync } from 'node:fs';
import {
  HEAD_LENGTH,
  PREAMBLE_LENGTH,
  readHead,
  TITLE,
  unpackBlock,
  type BlockHead
} from './blocks';
import { EntryCursor, MalformedEntry } from './codec';
import type { StoredEntry } from './model';
import { ManifestDamaged } from './reader';

/** Entries that are made at once: often no more than the first are wanted. */
const SOME = 32;

interface Block {
  readonly position: number;
  readonly head: BlockHead;
  /** Its checksum. */
  readonly proof: string;
}

/**
 * Reads a manifest from any path on. Where a block lies is found by halving, so that one folder costs the same in a list of a
 * hundred entries and of a million. All methods throw `ManifestDamaged` where what they read is not sound, or the system's error.
 */
export class ManifestSeeker {
  private readonly file: number;
  private readonly blocks: readonly Block[];
  /** The path of the first entry of those blocks that were looked into. */
  private readonly firsts = new Map<number, string>();
  /** The block that was read last. */
  private unpacked: { readonly at: number; readonly entries: Buffer } | null = null;
  /** Where the last search ended. */
  private last = 0;

  constructor(path: string) {
    this.file = openSync(path, 'r');
    try {
      this.blocks = this.readHeads();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The entries that do not come before `path` in the order of `comparePaths`, some at a time. */
  *from(path: string): Generator<StoredEntry[], void, void> {
    for (let at = this.blockOf(path); at < this.blocks.length; at += 1) {
      try {
        yield* entriesFrom(this.open(at), path);
      } catch (error) {
        throw this.asDamage(error, at);
      }
    }
  }

  /** The checksums of all blocks: those of another manifest that has one of them hold the same entries there. */
  get proofs(): ReadonlySet<string> {
    return new Set(this.blocks.map(({ proof }) => proof));
  }

  /** The entries of all blocks but some, by their checksums. */
  *without(proofs: ReadonlySet<string>): Generator<StoredEntry[], void, void> {
    for (const [at, { proof }] of this.blocks.entries())
      if (!proofs.has(proof)) yield this.read(at);
  }

  close(): void {
    closeSync(this.file);
  }

  /** The last block that begins at or before a path: most often the one that was looked into last, or one soon after it. */
  private blockOf(path: string): number {
    let low = this.blocks.length > 0 && this.begins(this.last, path) ? this.last : 0;
    let step = 1;
    while (low + step < this.blocks.length && this.begins(low + step, path)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step, this.blocks.length);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.begins(middle, path)) low = middle;
      else high = middle;
    }
    this.last = low;
    return low;
  }

  private begins(block: number, path: string): boolean {
    return comparePaths(this.first(block), path) <= 0;
  }

  private first(block: number): string {
    const known = this.firsts.get(block);
    if (known !== undefined) return known;
    const cursor = this.open(block);
    this.guarded(block, () => cursor.next());
    this.firsts.set(block, cursor.path);
    return cursor.path;
  }

  private read(at: number): StoredEntry[] {
    const cursor = this.open(at);
    const entries: StoredEntry[] = [];
    this.guarded(at, () => {
      while (cursor.next()) entries.push(cursor.entry());
    });
    return entries;
  }

  /** The block's entries, from before the first. */
  private open(at: number): EntryCursor {
    const { position, head } = this.blocks[at] as Block;
    if (this.unpacked?.at !== at) {
      const bytes = this.bytes(position, PREAMBLE_LENGTH + head.length);
      const entries = unpackBlock(bytes, 0, head);
      if (entries === null) throw damagedAt(position);
      this.unpacked = { at, entries };
    }
    return new EntryCursor(this.unpacked.entries, head.count);
  }

  private guarded<Result>(at: number, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw this.asDamage(error, at);
    }
  }

  private asDamage(error: unknown, at: number): unknown {
    return error instanceof MalformedEntry ? damagedAt((this.blocks[at] as Block).position) : error;
  }

  private readHeads(): Block[] {
    const blocks: Block[] = [];
    for (let position = TITLE.length; ;) {
      const preamble = this.bytes(position, PREAMBLE_LENGTH);
      const head = readHead(preamble, 0);
      if (head === null) throw damagedAt(position);
      if (head.count === 0) return blocks;
      blocks.push({ position, head, proof: preamble.toString('hex', HEAD_LENGTH) });
      position += PREAMBLE_LENGTH + head.length;
    }
  }

  private bytes(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length;) {
      const more = readSync(this.file, bytes, read, length - read, position + read);
      if (more === 0) throw damagedAt(position);
      read += more;
    }
    return bytes;
  }
}

/** Those from a path on, some at a time. @throws MalformedEntry */
function* entriesFrom(cursor: EntryCursor, path: string): Generator<StoredEntry[], void, void> {
  let some: StoredEntry[] = [];
  while (cursor.next()) {
    if (some.length === 0 && comparePaths(cursor.path, path) < 0) continue;
    some.push(cursor.entry());
    if (some.length < SOME) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

function damagedAt(position: number): ManifestDamaged {
  return new ManifestDamaged(`byte ${position} and those after it are not as they were written`);
}
