import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PREAMBLE_LENGTH, readHead, TITLE, unpackBlock } from './blocks';
import { decodeEntries, EntryCursor, MalformedEntry } from './codec';
import type { StoredEntry } from './model';

/** A manifest, or part of it, that is not as it was written. */
export class ManifestDamaged extends Error {}

/** What of a manifest is sound. */
export interface ManifestSurvey {
  /** Its SHA-256 as it is now. */
  readonly digest: string;
  /** Null where all of it is sound; else what is wrong first. */
  readonly damage: string | null;
}

const WINDOW = 1024 * 1024;
const MARK = Buffer.from('CHB\u0001', 'latin1');

/**
 * The entries of a manifest, a block at a time. Every block is checked before its entries are given.
 * @throws ManifestDamaged at the first that is not sound; the system's error.
 */
export function* readManifest(path: string): Generator<StoredEntry[], void, void> {
  const scan = scanManifest(path, decoded);
  for (let step = scan.next(); step.done !== true; step = scan.next()) {
    if ('damage' in step.value) {
      scan.return({ digest: '', damage: null });
      throw new ManifestDamaged(step.value.damage);
    }
    yield step.value.block;
  }
}

/** The entries of all blocks that are sound, whatever lies between them. @throws the system's error */
export function* readSoundBlocks(path: string): Generator<StoredEntry[], void, void> {
  for (const step of scanManifest(path, decoded)) {
    if ('block' in step) yield step.block;
  }
}

/** A block as it lies in a manifest. */
export interface PackedBlock {
  readonly count: number;
  /** All of it, with its head. */
  readonly bytes: Buffer;
  /** Goes through its entries from the first; it may find that they are malformed. */
  readonly open: () => EntryCursor;
}

/** All blocks that are sound. Their entries are decoded only as they are gone through. @throws the system's error */
export function* readPackedBlocks(path: string): Generator<PackedBlock, void, void> {
  const packed = (unpacked: Buffer, count: number, bytes: Buffer): PackedBlock => {
    return { count, bytes, open: () => new EntryCursor(unpacked, count) };
  };
  for (const step of scanManifest(path, packed)) {
    if ('block' in step) yield step.block;
  }
}

/** Reads all of a manifest and says whether it is sound. @throws the system's error */
export function surveyManifest(path: string): ManifestSurvey {
  const scan = scanManifest(path, decoded);
  let step = scan.next();
  while (step.done !== true) step = scan.next();
  return step.value;
}

/** What is made of a block. @throws MalformedEntry */
type Reading<Block> = (unpacked: Buffer, count: number, packed: Buffer) => Block;

const decoded: Reading<StoredEntry[]> = decodeEntries;

type Step<Block> = { readonly block: Block } | { readonly damage: string };

function* scanManifest<Block>(
  path: string,
  reading: Reading<Block>
): Generator<Step<Block>, ManifestSurvey, void> {
  const file = openSync(path, 'r');
  try {
    const source = new Source(file);
    let damage: string | null = null;
    let isEnded = false;
    if (
      !source.demand(TITLE.length) ||
      TITLE.compare(source.bytes, source.at, source.at + TITLE.length) !== 0
    ) {
      damage = 'its beginning is not that of a list of entries';
      yield { damage };
    } else {
      source.at += TITLE.length;
    }
    while (source.demand(1)) {
      const next = isEnded ? null : nextBlock(source, reading);
      if (next === null) {
        const first = damage === null;
        damage ??= `byte ${source.position} and those after it are not as they were written`;
        if (first) yield { damage };
        if (!source.seekMark()) break;
        isEnded = false;
      } else if (next === 'end') {
        isEnded = true;
      } else {
        yield next;
      }
    }
    if (!isEnded && damage === null) {
      damage = 'its end is missing';
      yield { damage };
    }
    return { digest: source.digest(), damage };
  } finally {
    closeSync(file);
  }
}

/** The block that comes next; null where there is no sound one. */
function nextBlock<Block>(
  source: Source,
  reading: Reading<Block>
): { readonly block: Block } | 'end' | null {
  source.demand(PREAMBLE_LENGTH);
  const head = readHead(source.bytes, source.at);
  if (head === null || !source.demand(PREAMBLE_LENGTH + head.length)) return null;
  const unpacked = unpackBlock(source.bytes, source.at, head);
  if (unpacked === null) return null;
  try {
    const end = source.at + PREAMBLE_LENGTH + head.length;
    const block = reading(unpacked, head.count, source.bytes.subarray(source.at, end));
    source.at = end;
    return head.count === 0 ? 'end' : { block };
  } catch (error) {
    // Its checksum is right: somebody has made it so.
    if (error instanceof MalformedEntry) return null;
    throw error;
  }
}

/** The bytes of a file, a window at a time. */
class Source {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  private readonly hash = createHash('sha256');
  private before = 0;
  private isOver = false;

  constructor(private readonly file: number) {}

  /** Where `at` is in the file. */
  get position(): number {
    return this.before + this.at;
  }

  /** Makes so many bytes available from `at` on; false where there are not as many. */
  demand(length: number): boolean {
    while (this.bytes.length - this.at < length && !this.isOver) this.readMore(length);
    return this.bytes.length - this.at >= length;
  }

  /** Goes on to where a block could begin, at least one byte on; false where there is none. */
  seekMark(): boolean {
    this.at += 1;
    for (;;) {
      const found = this.bytes.indexOf(MARK, this.at);
      if (found >= 0) {
        this.at = found;
        return true;
      }
      // The mark may lie across the end of what is there.
      this.at = Math.max(this.at, this.bytes.length - MARK.length + 1);
      if (this.isOver) return false;
      this.readMore(WINDOW);
    }
  }

  digest(): string {
    while (!this.isOver) {
      this.at = this.bytes.length;
      this.readMore(WINDOW);
    }
    return this.hash.digest('hex');
  }

  private readMore(length: number): void {
    const size = fstatSync(this.file).size - this.before - this.bytes.length;
    const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(Math.max(length, WINDOW), size)));
    const read = readSync(this.file, chunk, 0, chunk.length, null);
    if (read === 0) this.isOver = true;
    this.hash.update(chunk.subarray(0, read));
    this.before += this.at;
    this.bytes = Buffer.concat([this.bytes.subarray(this.at), chunk.subarray(0, read)]);
    this.at = 0;
  }
}
