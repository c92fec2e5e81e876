import { isSnapshotPath } from '@chard/core/snapshot';
import { decodeName, encodeName } from '../paths/names';
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
  // No character has more than three bytes.
  return texts.every(
    text => text === null || text.length <= LONGEST / 3 || encodeName(text).length <= LONGEST
  );
}

/** @throws MalformedEntry where the bytes are not those of `count` entries that could be in a snapshot. */
export function decodeEntries(bytes: Buffer, count: number): StoredEntry[] {
  const entries: StoredEntry[] = [];
  for (const cursor = new EntryCursor(bytes, count); cursor.next();) entries.push(cursor.entry());
  return entries;
}

/** Goes through encoded entries without making more of each than is asked for. */
export class EntryCursor {
  /** Which entry it is at. */
  index = -1;
  path = '';
  kind: StoredEntry['kind'] = 'file';
  mode = 0;
  /** 0 for what is no file. */
  size = 0;
  target: string | null = null;
  sameFileAs: string | null = null;
  private attributes: StoredEntry['attributes'] = null;
  private flags = 0;
  private stamps = 0;
  private end = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Buffer,
    readonly count: number
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Goes on to the next entry. @returns false where there is none. @throws MalformedEntry */
  next(): boolean {
    this.index += 1;
    if (this.index >= this.count) {
      if (this.end !== this.bytes.length)
        throw new MalformedEntry('there is more than the entries');
      return false;
    }
    const head = this.skip(5);
    this.flags = this.view.getUint8(head);
    this.mode = this.view.getUint16(head + 1, true);
    const kind = KINDS[this.flags & KIND];
    if (kind === undefined || (this.flags & ~KNOWN) !== 0)
      throw new MalformedEntry('an unknown kind');
    this.kind = kind;
    const path = this.path.slice(0, this.view.getUint16(head + 3, true)) + this.text();
    if (!isSnapshotPath(path) || this.mode > 0o7777) throw new MalformedEntry(JSON.stringify(path));
    this.path = path;
    this.stamps = this.skip(24);
    this.size = kind === 'file' ? this.view.getFloat64(this.skip(40), true) : 0;
    if (!Number.isSafeInteger(this.size) || this.size < 0) {
      throw new MalformedEntry(`the size of ${JSON.stringify(path)}`);
    }
    this.target = kind === 'link' ? this.text() : null;
    this.sameFileAs = this.flags & SAME_FILE ? this.text() : null;
    if (this.sameFileAs !== null && !isSnapshotPath(this.sameFileAs)) {
      throw new MalformedEntry(JSON.stringify(this.sameFileAs));
    }
    this.attributes = this.flags & ATTRIBUTES ? this.json() : null;
    return true;
  }

  get modified(): bigint {
    return this.view.getBigInt64(this.stamps, true);
  }

  get changed(): bigint {
    return this.view.getBigInt64(this.stamps + 8, true);
  }

  get inode(): bigint {
    return this.view.getBigUint64(this.stamps + 16, true);
  }

  get digest(): string | null {
    return this.kind === 'file'
      ? this.bytes.toString('hex', this.stamps + 32, this.stamps + 64)
      : null;
  }

  get isRacy(): boolean {
    return (this.flags & RACY) !== 0;
  }

  get hasMoreNames(): boolean {
    return (this.flags & MORE_NAMES) !== 0;
  }

  /** All of the entry that it is at. */
  entry(): StoredEntry {
    const { path, kind, mode, size, target, sameFileAs, attributes } = this;
    const { modified, changed, inode, isRacy, hasMoreNames, digest } = this;
    const isSparse = (this.flags & SPARSE) !== 0;
    return {
      path,
      kind,
      mode,
      size,
      modified,
      changed,
      inode,
      isRacy,
      isSparse,
      hasMoreNames,
      digest,
      target,
      sameFileAs,
      attributes
    };
  }

  /** Goes on by so many bytes. @returns where they begin */
  private skip(length: number): number {
    const at = this.end;
    if (at + length > this.bytes.length) throw new MalformedEntry('an entry ends too early');
    this.end = at + length;
    return at;
  }

  private text(): string {
    const length = this.view.getUint16(this.skip(2), true);
    const at = this.skip(length);
    return decodeName(this.bytes.toString('latin1', at, at + length));
  }

  private json(): Record<string, string> {
    const length = this.view.getUint32(this.skip(4), true);
    const at = this.skip(length);
    return parseAttributes(this.bytes.toString('utf8', at, at + length));
  }
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
