import { hash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * A manifest is a title, blocks of entries, and an empty block as its end. A block is a head of 16 bytes (a mark, the length of what
 * follows, its length when unpacked, how many entries), the SHA-256 of head and packed entries, and these: whatever is damaged, the
 * other blocks can still be found and proven.
 */
export const TITLE = Buffer.from('chard-manifest 1');
export const HEAD_LENGTH = 16;
const MARK = Buffer.from('CHB\u0001', 'latin1');
const DIGEST_LENGTH = 32;
/** What comes before a block's packed entries. */
export const PREAMBLE_LENGTH = HEAD_LENGTH + DIGEST_LENGTH;
/** No block is larger; a length beyond it is damage. */
const LARGEST = 64 * 1024 * 1024;
/** Beyond the fastest level the gain is small and the time doubles. */
const LEVEL = 1;

export interface BlockHead {
  /** Bytes of the packed entries. */
  readonly length: number;
  readonly unpacked: number;
  readonly count: number;
}

/** @param entries encoded. @param count how many; 0 makes the end */
export function packBlock(entries: Buffer, count: number): Buffer {
  const packed = count === 0 ? Buffer.alloc(0) : deflateRawSync(entries, { level: LEVEL });
  const head = Buffer.alloc(HEAD_LENGTH);
  MARK.copy(head);
  head.writeUInt32LE(packed.length, 4);
  head.writeUInt32LE(entries.length, 8);
  head.writeUInt32LE(count, 12);
  return Buffer.concat([head, proof(head, packed), packed]);
}

/** Null where this cannot be a block's head. */
export function readHead(bytes: Buffer, at: number): BlockHead | null {
  if (bytes.length - at < HEAD_LENGTH || MARK.compare(bytes, at, at + MARK.length) !== 0)
    return null;
  const length = bytes.readUInt32LE(at + 4);
  const unpacked = bytes.readUInt32LE(at + 8);
  if (length > LARGEST || unpacked > LARGEST) return null;
  return { length, unpacked, count: bytes.readUInt32LE(at + 12) };
}

/** The encoded entries of a block that begins at a place; null where it is not as it was written. */
export function unpackBlock(
  bytes: Buffer,
  at: number,
  { length, unpacked }: BlockHead
): Buffer | null {
  const start = at + PREAMBLE_LENGTH;
  if (bytes.length < start + length) return null;
  const packed = bytes.subarray(start, start + length);
  const expected = bytes.subarray(at + HEAD_LENGTH, start);
  if (!proof(bytes.subarray(at, at + HEAD_LENGTH), packed).equals(expected)) return null;
  if (length === 0) return packed;
  return inflateRawSync(packed, { maxOutputLength: Math.max(unpacked, 1) });
}

function proof(head: Buffer, packed: Buffer): Buffer {
  return hash('sha256', Buffer.concat([head, packed]), 'buffer');
}
