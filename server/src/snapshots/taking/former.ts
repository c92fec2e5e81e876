import { comparePaths } from '@chard/core/snapshot';
import { MalformedEntry, type EntryCursor } from '../manifest/codec';
import type { StoredEntry } from '../manifest/model';
import { readPackedBlocks, type PackedBlock } from '../manifest/reader';

/** Blocks with fewer entries are written anew, so that small ones do not become more with each change. */
const LEAST = 256;
/** Stands for a block of which not all entries stay. */
const NOT_ALL = -1;

/** Where entries that stay go. */
export interface NextManifest {
  add(entry: StoredEntry): void;
  /** Takes a block as it is. */
  carry(block: Pick<PackedBlock, 'bytes' | 'count'>): void;
}

/**
 * The entries of an earlier snapshot, asked for in their order: they are read alongside and never all in memory. Of those that stay as they
 * are, whole blocks go into the next manifest without being encoded again.
 */
export class FormerEntries {
  private readonly blocks: Iterator<PackedBlock>;
  private block: PackedBlock | null = null;
  private cursor: EntryCursor | null = null;
  /** Whether the entry at the cursor was not asked for yet. */
  private isAhead = false;
  /** How many of the block's first entries stay and are not written yet. */
  private kept = 0;

  /** @param manifest of the earlier snapshot; null for none */
  constructor(
    manifest: string | null,
    private readonly next: NextManifest
  ) {
    this.blocks = manifest === null ? [][Symbol.iterator]() : readPackedBlocks(manifest);
  }

  /** The entry at a path that comes after the one asked for before; good until the next one is. */
  find(path: string): EntryCursor | null {
    for (;;) {
      const cursor = this.isAhead ? this.cursor : this.advance();
      if (cursor === null) return null;
      const order = cursor.path === path ? 0 : comparePaths(cursor.path, path);
      this.isAhead = order > 0;
      if (order > 0) return null;
      if (order === 0) return cursor;
    }
  }

  /**
   * Takes the entry that was found into the next manifest as it is. All entries before it must be there, or stay in the same way.
   * @returns false where it has to be added by itself
   */
  keep(): boolean {
    const { block, cursor } = this;
    if (block === null || block.count < LEAST || cursor?.index !== this.kept) return false;
    this.kept += 1;
    if (this.kept === block.count) {
      this.next.carry(block);
      this.kept = NOT_ALL;
    }
    return true;
  }

  /** Writes those that stay, since something else is about to come behind them. */
  release(): void {
    if (this.kept <= 0 || this.block === null) return;
    const cursor = this.block.open();
    for (; this.kept > 0 && cursor.next(); this.kept -= 1) this.next.add(cursor.entry());
    this.kept = NOT_ALL;
  }

  close(): void {
    this.blocks.return?.();
  }

  private advance(): EntryCursor | null {
    for (;;) {
      try {
        if (this.cursor?.next() === true) return this.cursor;
      } catch (error) {
        // Its checksum is right: somebody has made it so. What comes behind it in the block is not known.
        if (!(error instanceof MalformedEntry)) throw error;
      }
      this.release();
      const following = this.blocks.next();
      if (following.done === true) {
        this.block = this.cursor = null;
        return null;
      }
      this.block = following.value;
      this.cursor = this.block.open();
      this.kept = 0;
    }
  }
}
