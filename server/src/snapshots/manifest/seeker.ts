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
import { decodeEntries, MalformedEntry } from './codec';
import type { StoredEntry } from './model';
import { ManifestDamaged } from './reader';

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

  constructor(path: string) {
    this.file = openSync(path, 'r');
    try {
      this.blocks = this.readHeads();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The entries that do not come before `path` in the order of `comparePaths`, a block at a time. */
  *from(path: string): Generator<StoredEntry[], void, void> {
    for (let at = this.blockOf(path); at < this.blocks.length; at += 1) {
      const entries = this.read(at);
      yield entries.filter(entry => comparePaths(entry.path, path) >= 0);
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

  /** The last block that begins at or before a path. */
  private blockOf(path: string): number {
    let low = 0;
    let high = this.blocks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (comparePaths(this.first(middle), path) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  private first(block: number): string {
    return this.firsts.get(block) ?? this.read(block)[0]?.path ?? '';
  }

  private read(at: number): StoredEntry[] {
    const { position, head } = this.blocks[at] as Block;
    const bytes = this.bytes(position, PREAMBLE_LENGTH + head.length);
    const unpacked = unpackBlock(bytes, 0, head);
    if (unpacked === null) throw damagedAt(position);
    try {
      const entries = decodeEntries(unpacked, head.count);
      this.firsts.set(at, entries[0]?.path ?? '');
      return entries;
    } catch (error) {
      if (error instanceof MalformedEntry) throw damagedAt(position);
      throw error;
    }
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

function damagedAt(position: number): ManifestDamaged {
  return new ManifestDamaged(`byte ${position} and those after it are not as they were written`);
}
