import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { packBlock, TITLE } from './blocks';
import { EntryEncoder } from './codec';
import type { StoredEntry } from './model';

const ENTRIES_PER_BLOCK = 1024;
const BYTES_PER_BLOCK = 1024 * 1024;

/** Writes a manifest as its entries come, in the order of `comparePaths`. */
export class ManifestWriter {
  private readonly file: number;
  private readonly hash = createHash('sha256');
  private readonly encoder = new EntryEncoder();
  private isOpen = true;
  private bytes = 0;
  entries = 0;

  /** @param path of a file that is not there yet. @throws the system's error */
  constructor(readonly path: string) {
    this.file = openSync(path, 'wx', 0o600);
    this.write(TITLE);
  }

  add(entry: StoredEntry): void {
    this.encoder.add(entry);
    this.entries += 1;
    if (this.encoder.count >= ENTRIES_PER_BLOCK || this.encoder.size >= BYTES_PER_BLOCK) {
      this.endBlock();
    }
  }

  /** Writes a block of another manifest as it is. */
  carry({ bytes, count }: { readonly bytes: Buffer; readonly count: number }): void {
    if (this.encoder.count > 0) this.endBlock();
    this.write(bytes);
    this.entries += count;
  }

  /** Writes the end. @returns the SHA-256 of all, and its size */
  finish(): { digest: string; bytes: number } {
    if (this.encoder.count > 0) this.endBlock();
    this.write(packBlock(Buffer.alloc(0), 0));
    this.close();
    return { digest: this.hash.digest('hex'), bytes: this.bytes };
  }

  close(): void {
    if (this.isOpen) closeSync(this.file);
    this.isOpen = false;
  }

  private endBlock(): void {
    const { count } = this.encoder;
    this.write(packBlock(this.encoder.take(), count));
  }

  private write(bytes: Buffer): void {
    this.hash.update(bytes);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.file, bytes, written);
    }
    this.bytes += bytes.length;
  }
}
