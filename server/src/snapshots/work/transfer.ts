import { createHash } from 'node:crypto';
import { ftruncate, read, write } from 'node:fs';
import { promisify } from 'node:util';

const readAsync = promisify(read);
const writeAsync = promisify(write);
const truncateAsync = promisify(ftruncate);

const CHUNK = 1024 * 1024;
/** Holes are looked for in pieces of a file system's block. */
const PIECE = 4096;
const zeros = Buffer.alloc(PIECE);
const spare: Buffer[] = [];
const MOST_SPARE = 16;

export interface TransferOptions {
  /** Open for reading. */
  readonly from: number;
  /** Open for writing and empty; null for reading alone. */
  readonly to: number | null;
  /** Reads no further: a file that grows as fast as it is read has no end. */
  readonly limit: number;
  /** Leaves out what is all zeros, so that it takes no room on the disk. */
  readonly holes: boolean;
  /** May throw, and so end it. */
  readonly onBytes: (bytes: number) => void;
}

/** What was read from failed, not what was written to. */
export class ReadFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('reading failed');
  }
}

/**
 * Reads, digests and writes a file's content in one go; while one part is written the next is read.
 * @throws ReadFailure; the system's error of writing
 */
export async function transfer({
  from,
  to,
  limit,
  holes,
  onBytes
}: TransferOptions): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256');
  const buffers = [borrow(), borrow()] as const;
  let writing: Promise<void> = Promise.resolve();
  let bytes = 0;
  try {
    for (let turn = 0; bytes < limit; turn = 1 - turn) {
      const buffer = turn === 0 ? buffers[0] : buffers[1];
      const wanted = Math.min(CHUNK, limit - bytes);
      const bytesRead = await readPart(from, buffer, wanted, bytes);
      if (bytesRead === 0) break;
      const part = buffer.subarray(0, bytesRead);
      const at = bytes;
      hash.update(part);
      bytes += bytesRead;
      await writing;
      if (to !== null) writing = holes ? writeParts(to, part, at) : writeAll(to, part, at);
      // It is asked for only after the next read: one that fails before that would count as nobody's.
      writing.catch(() => undefined);
      onBytes(bytesRead);
    }
    await writing;
    // What ends with a hole is only as long as it is told to be.
    if (to !== null && holes) await truncateAsync(to, bytes);
    return { digest: hash.digest('hex'), bytes };
  } finally {
    await writing.catch(() => undefined);
    for (const buffer of buffers) if (spare.length < MOST_SPARE) spare.push(buffer);
  }
}

async function readPart(file: number, buffer: Buffer, length: number, at: number): Promise<number> {
  try {
    return (await readAsync(file, buffer, 0, length, at)).bytesRead;
  } catch (error) {
    throw new ReadFailure(error);
  }
}

function borrow(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafe(CHUNK);
}

async function writeAll(file: number, part: Buffer, at: number): Promise<void> {
  for (let written = 0; written < part.length;) {
    const { bytesWritten } = await writeAsync(
      file,
      part,
      written,
      part.length - written,
      at + written
    );
    written += bytesWritten;
  }
}

async function writeParts(file: number, part: Buffer, at: number): Promise<void> {
  for (let start = 0; start < part.length;) {
    const isHole = isZero(part, start);
    let end = start;
    while (end < part.length && isZero(part, end) === isHole) end += PIECE;
    end = Math.min(end, part.length);
    if (!isHole) await writeAll(file, part.subarray(start, end), at + start);
    start = end;
  }
}

function isZero(part: Buffer, start: number): boolean {
  const length = Math.min(PIECE, part.length - start);
  return part.compare(zeros, 0, length, start, start + length) === 0;
}
