import { isSnapshotPath } from '@chard/core/snapshot';
import { errorCode } from '../../files';
import { decodeBytes, encodeName } from '../paths/names';
import type { StoredEntry } from './model';

/**
 * Entries as bytes. One is: flags (1 byte), mode (2), how much of the path before it begins with (2, characters), the rest of its path
 * (2, then bytes), modified, changed, inode (8 each); a file's size (8, a double) and digest (32); a link's target (2, then bytes); the
 * path of the same file (2, then bytes); attributes (4, then JSON). Numbers are little-endian.
 */

const KINDS = ['file', 'folder', 'link'] as const;
const KIND = 0x03;
const RACY = 0x04;
const SPARSE = 0x08;
const SAME_FILE = 0x10;
const ATTRIBUTES = 0x20;
const MORE_NAMES = 0x40;
const KNOWN = 0x7f;
const FIXED = 1 + 2 + 2 + 2 + 24;
const LONGEST = 0xffff;
const OUT_OF_BOUNDS = ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'];

/** What cannot be an entry, in whatever way it came into a manifest. */
export class MalformedEntry extends Error {}

/** Collects the bytes of entries that follow each other. */
export class EntryEncoder {
  private bytes = Buffer.allocUnsafe(64 * 1024);
  private length = 0;
  private before = '';
  count = 0;

  get size(): number {
    return this.length;
  }

  add(entry: StoredEntry): void {
    const shared = sharedFolder(this.before, entry.path);
    const rest = encodeName(entry.path.slice(shared));
    const target = entry.target === null ? null : encodeName(entry.target);
    const same = entry.sameFileAs === null ? null : encodeName(entry.sameFileAs);
    const attributes =
      entry.attributes === null ? null : Buffer.from(JSON.stringify(entry.attributes));
    this.reserve(
      FIXED +
        rest.length +
        46 +
        (target?.length ?? 0) +
        (same?.length ?? 0) +
        (attributes?.length ?? 0)
    );
    this.u8(
      KINDS.indexOf(entry.kind) |
        (entry.isRacy ? RACY : 0) |
        (entry.isSparse ? SPARSE : 0) |
        (entry.hasMoreNames ? MORE_NAMES : 0) |
        (same === null ? 0 : SAME_FILE) |
        (attributes === null ? 0 : ATTRIBUTES)
    );
    this.u16(entry.mode);
    this.u16(shared);
    this.text(rest);
    for (const number of [entry.modified, entry.changed, BigInt.asIntN(64, entry.inode)]) {
      this.length = this.bytes.writeBigInt64LE(number, this.length);
    }
    if (entry.kind === 'file') {
      this.length = this.bytes.writeDoubleLE(entry.size, this.length);
      this.length += this.bytes.write(entry.digest ?? '', this.length, 'hex');
    }
    if (target !== null) this.text(target);
    if (same !== null) this.text(same);
    if (attributes !== null) {
      this.length = this.bytes.writeUInt32LE(attributes.length, this.length);
      this.length += attributes.copy(this.bytes, this.length);
    }
    this.before = entry.path;
    this.count += 1;
  }

  /** The bytes so far, good until the next call; the next entry begins anew. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    this.before = '';
    this.count = 0;
    return taken;
  }

  private u8(value: number): void {
    this.length = this.bytes.writeUInt8(value, this.length);
  }

  private u16(value: number): void {
    this.length = this.bytes.writeUInt16LE(value, this.length);
  }

  private text(bytes: Buffer): void {
    this.u16(bytes.length);
    this.length += bytes.copy(this.bytes, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Whether an entry's texts fit into a manifest. */
export function fits(...texts: readonly (string | null)[]): boolean {
  return texts.every(text => text === null || encodeName(text).length <= LONGEST);
}

/** @throws MalformedEntry where the bytes are not those of `count` entries that could be in a snapshot. */
export function decodeEntries(bytes: Buffer, count: number): StoredEntry[] {
  const entries: StoredEntry[] = [];
  let at = 0;
  let before = '';
  const text = (): string => {
    const length = bytes.readUInt16LE(at);
    const end = at + 2 + length;
    if (end > bytes.length) throw new MalformedEntry('a text ends too early');
    const decoded = decodeBytes(bytes.subarray(at + 2, end));
    at = end;
    return decoded;
  };
  try {
    for (let index = 0; index < count; index += 1) {
      const flags = bytes.readUInt8(at);
      const kind = KINDS[flags & KIND];
      if (kind === undefined || (flags & ~KNOWN) !== 0) throw new MalformedEntry('an unknown kind');
      const mode = bytes.readUInt16LE(at + 1);
      const shared = bytes.readUInt16LE(at + 3);
      at += 5;
      const path = before.slice(0, shared) + text();
      if (!isSnapshotPath(path) || mode > 0o7777) throw new MalformedEntry(JSON.stringify(path));
      before = path;
      const modified = bytes.readBigInt64LE(at);
      const changed = bytes.readBigInt64LE(at + 8);
      const inode = bytes.readBigUInt64LE(at + 16);
      at += 24;
      let size = 0;
      let digest: string | null = null;
      if (kind === 'file') {
        size = bytes.readDoubleLE(at);
        digest = bytes.toString('hex', at + 8, at + 40);
        at += 40;
        if (!Number.isSafeInteger(size) || size < 0 || at > bytes.length) {
          throw new MalformedEntry(`the size of ${JSON.stringify(path)}`);
        }
      }
      const target = kind === 'link' ? text() : null;
      const sameFileAs = flags & SAME_FILE ? text() : null;
      if (sameFileAs !== null && !isSnapshotPath(sameFileAs)) {
        throw new MalformedEntry(JSON.stringify(sameFileAs));
      }
      let attributes: Record<string, string> | null = null;
      if (flags & ATTRIBUTES) {
        const length = bytes.readUInt32LE(at);
        attributes = parseAttributes(bytes.toString('utf8', at + 4, at + 4 + length));
        at += 4 + length;
      }
      entries.push({
        path,
        kind,
        mode,
        size,
        modified,
        changed,
        inode,
        isRacy: (flags & RACY) !== 0,
        isSparse: (flags & SPARSE) !== 0,
        hasMoreNames: (flags & MORE_NAMES) !== 0,
        digest,
        target,
        sameFileAs,
        attributes
      });
    }
  } catch (error) {
    if (OUT_OF_BOUNDS.includes(errorCode(error) ?? '')) {
      throw new MalformedEntry('an entry ends too early');
    }
    throw error;
  }
  if (at !== bytes.length) throw new MalformedEntry('there is more than the entries');
  return entries;
}

function parseAttributes(json: string): Record<string, string> {
  try {
    const value = JSON.parse(json) as unknown;
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
    }
  } catch {
    // Told below.
  }
  throw new MalformedEntry('its attributes');
}

/** How much of two paths is the same, up to a `/`, so that no character is cut in two. */
function sharedFolder(before: string, path: string): number {
  const length = Math.min(before.length, path.length, LONGEST);
  let shared = 0;
  for (let at = 0; at < length && before.charCodeAt(at) === path.charCodeAt(at); at += 1) {
    if (path.charCodeAt(at) === 0x2f) shared = at + 1;
  }
  return shared;
}
