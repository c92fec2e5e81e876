import { comparePaths } from '@chard/core/snapshot';
import type { StoredEntry } from '../manifest/model';
import { readSoundBlocks } from '../manifest/reader';

/** The entries of an earlier snapshot, asked for in their order: they are read alongside and never all in memory. */
export class FormerEntries {
  private readonly blocks: Iterator<StoredEntry[]>;
  private block: StoredEntry[] = [];
  private next = 0;

  /** @param manifest of the earlier snapshot; null for none */
  constructor(manifest: string | null) {
    this.blocks = manifest === null ? [][Symbol.iterator]() : readSoundBlocks(manifest);
  }

  /** The entry at a path that comes after the one asked for before. */
  find(path: string): StoredEntry | null {
    for (;;) {
      const entry = this.block[this.next];
      if (entry === undefined) {
        const following = this.blocks.next();
        if (following.done === true) return null;
        this.block = following.value;
        this.next = 0;
        continue;
      }
      const order = comparePaths(entry.path, path);
      if (order > 0) return null;
      this.next += 1;
      if (order === 0) return entry;
    }
  }

  close(): void {
    this.blocks.return?.();
  }
}
