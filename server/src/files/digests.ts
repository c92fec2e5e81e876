import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DigestIndex, RememberedDigest } from './digestIndex';
import { isRacy, sameStamp, stampOf, type Stamp } from './stamp';

/** Up to this size one synchronous read is far cheaper than a way through the thread pool. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;
const ATTEMPTS = 3;
/** A link or a pipe that took the file's place must neither be followed nor waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const small = Buffer.allocUnsafe(SMALL + 1);

export interface FileDigest {
  /** SHA-256, in hex. */
  readonly digest: string;
  /** What the file's stamp was while it was read. */
  readonly stamp: Stamp;
  /** SHA-256 of the content's first `prefix` bytes, where asked for and there are as many. */
  readonly prefix?: string;
}

/**
 * Reads a file and gives its SHA-256; a file that changes meanwhile is read again, a few times.
 * @throws the system's error (`ENOENT`, `EACCES`, `ELOOP` for a link, ...).
 */
export async function digestFile(path: string, prefixBytes?: number): Promise<FileDigest> {
  for (let attempt = 1; ; attempt += 1) {
    const result =
      (prefixBytes === undefined && digestSmall(path)) || (await digestStream(path, prefixBytes));
    if (result.settled || attempt === ATTEMPTS) return result.digest;
  }
}

interface Attempt {
  readonly digest: FileDigest;
  readonly settled: boolean;
}

function digestSmall(path: string): Attempt | null {
  const file = openSync(path, FLAGS);
  try {
    const before = stampOf(fstatSync(file, { bigint: true }));
    if (before.size > SMALL) return null;
    let length = 0;
    for (let read = -1; read !== 0 && length <= SMALL; length += read) {
      read = readSync(file, small, length, small.length - length, null);
    }
    if (length > SMALL) return null;
    const after = stampOf(fstatSync(file, { bigint: true }));
    const digest = createHash('sha256').update(small.subarray(0, length)).digest('hex');
    return { digest: { digest, stamp: after }, settled: sameStamp(before, after) };
  } finally {
    closeSync(file);
  }
}

async function digestStream(path: string, prefixBytes: number | undefined): Promise<Attempt> {
  const file = await open(path, FLAGS);
  try {
    const before = stampOf(await file.stat({ bigint: true }));
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(before.size, 1)));
    let prefix: Hash | undefined;
    let length = 0;
    // No further than the file reached: one that grows as fast as it is read has no end.
    while (length < before.size) {
      // A chunk ends where the prefix ends, so that the digest so far is the prefix's.
      const rest = prefixBytes === undefined ? Infinity : prefixBytes - length;
      if (rest === 0) prefix = hash.copy();
      const wanted = Math.min(rest > 0 ? rest : Infinity, buffer.length, before.size - length);
      const { bytesRead } = await file.read(buffer, 0, wanted, null);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    if (length === prefixBytes) prefix ??= hash.copy();
    const after = stampOf(await file.stat({ bigint: true }));
    return {
      digest: { digest: hash.digest('hex'), stamp: after, prefix: prefix?.digest('hex') },
      settled: sameStamp(before, after)
    };
  } finally {
    await file.close();
  }
}

/** Digests of files, of which unchanged ones are not read again. */
export class Digests {
  private readonly unsaved: RememberedDigest[] = [];

  /** @param now nanoseconds since 1970 */
  constructor(
    private readonly index: DigestIndex,
    private readonly now: () => bigint = () => BigInt(Date.now()) * 1_000_000n
  ) {}

  /** The digest where the file need not be read for it. */
  remembered(path: string, stamp: Stamp): string | undefined {
    return this.index.get(path, stamp);
  }

  /** Reads the file. @throws the system's error */
  async read(path: string): Promise<FileDigest> {
    const began = this.now();
    const result = await digestFile(path);
    if (!isRacy(result.stamp, began)) {
      this.unsaved.push({ path, stamp: result.stamp, digest: result.digest });
    }
    return result;
  }

  /** The digest of a file whose stamp is known. @throws the system's error */
  async of(path: string, stamp: Stamp): Promise<FileDigest> {
    const digest = this.remembered(path, stamp);
    return digest === undefined ? this.read(path) : { digest, stamp };
  }

  /** Hands what was read since the last call to the index. */
  save(): void {
    this.index.put(this.unsaved.splice(0));
  }
}
