import { hash } from 'node:crypto';
import {
  close,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  type BigIntStats
} from 'node:fs';
import { promisify } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type { SnapshotProblem } from '@chard/core/snapshot';
import { errorCode, isRacy, sameStamp, stampOf, type Stamp } from '../../files';
import type { Intake } from './intake';
import type { StoredEntry } from '../manifest/model';
import { ReadFailure, transfer } from '../work/transfer';
import { unreadable, type Found } from './walk';

/** A link or a pipe that took the file's place must neither be followed nor waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Up to this size a file is read at once: the way through the thread pool takes longer. */
const SMALL = 128 * 1024;
const ATTEMPTS = 3;
/** After so long every clock has ticked on that stamps with less than whole seconds. */
const GRAIN_NANOSECONDS = 50_000_000n;
/** A timer counts from when the event loop last looked at the clock, and may so be early. */
const PAUSES = 3;
const closeAsync = promisify(close);
const small = Buffer.allocUnsafe(SMALL + 1);

/** What became of a file: its entry, or why it has none, or both; neither where it was gone. */
export interface Taken {
  readonly entry: StoredEntry | null;
  /** Whether its extended attributes are in the entry already. */
  readonly isAnnotated: boolean;
  readonly problem: Omit<SnapshotProblem, 'source'> | null;
}

const GONE: Taken = { entry: null, isAnnotated: false, problem: null };

/** Where a file is taken into, and who hears of it. */
export interface Taker {
  readonly intake: Intake;
  readonly now: () => bigint;
  readonly onBytes: (bytes: number) => void;
}

/** Takes a small file that nothing changes meanwhile. @returns null for one that needs `takeLarge`. */
export function takeSmall(found: Found, { intake, now, onBytes }: Taker): Taken | null {
  if (found.stats.size > SMALL) return null;
  let content: Buffer;
  let stats: BigIntStats;
  const began = now();
  if (isRacy(stampOf(found.stats), began)) return null;
  try {
    const file = openSync(found.native, FLAGS);
    try {
      let length = 0;
      for (let read = -1; read !== 0 && length <= SMALL; length += read) {
        read = readSync(file, small, length, small.length - length, null);
      }
      stats = fstatSync(file, { bigint: true });
      if (length > SMALL || !sameStamp(stampOf(found.stats), stampOf(stats))) return null;
      content = small.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return failed(found.path, error);
  }
  const digest = hash('sha256', content, 'hex');
  intake.put(digest, content);
  onBytes(content.length);
  const entry = fileEntry(found.path, stats, digest, content.length, began);
  return { entry, isAnnotated: false, problem: null };
}

/** Takes a file of any size; one that changes while it is read is read again, and at last kept as it was read and reported. */
export async function takeLarge(found: Found, taker: Taker): Promise<Taken> {
  let file: number;
  try {
    file = openSync(found.native, FLAGS);
  } catch (error) {
    return failed(found.path, error);
  }
  try {
    for (let attempt = 1; ; attempt += 1) {
      const { entry, isSettled } = await readOnce(file, found, taker);
      if (isSettled) return { entry, isAnnotated: false, problem: null };
      if (attempt < ATTEMPTS) continue;
      const message =
        `It changed each of the ${ATTEMPTS} times that it was read, so it is kept as it was read the last time, which may be half ` +
        'of one state and half of another. Stop what writes it, or name it in .chardignore.';
      const problem = { path: found.path, code: 'changing', message } as const;
      return { entry, isAnnotated: false, problem };
    }
  } catch (error) {
    if (error instanceof ReadFailure) return failed(found.path, error.cause);
    throw taker.intake.failure(error);
  } finally {
    await closeAsync(file);
  }
}

async function readOnce(
  file: number,
  { path, stats }: Found,
  { intake, now, onBytes }: Taker
): Promise<{ entry: StoredEntry; isSettled: boolean }> {
  let before = look(file);
  await grow(stampOf(before), now);
  const began = now();
  before = look(file);
  const size = Number(before.size);
  const isSparse = before.blocks * 512n < before.size;
  const target = intake.newPath();
  const { digest, bytes } = await copyIn(file, before, target, isSparse, intake, onBytes);
  const after = look(file);
  intake.adopt(digest, target, bytes);
  const isSettled = sameStamp(stampOf(before), stampOf(after)) && bytes === size;
  const entry = fileEntry(path, after, digest, bytes, isSettled ? began : 0n);
  return { entry: { ...entry, isSparse, inode: stats.ino }, isSettled };
}

async function copyIn(
  file: number,
  { dev, size }: BigIntStats,
  target: string,
  isSparse: boolean,
  intake: Intake,
  onBytes: (bytes: number) => void
): Promise<{ digest: string; bytes: number }> {
  if (await intake.clone(`/proc/self/fd/${file}`, dev, target)) {
    // From here on it cannot change: what is digested is what is kept.
    const clone = openSync(target, 'r');
    try {
      return await transfer({ from: clone, to: null, limit: Infinity, holes: false, onBytes });
    } finally {
      closeSync(clone);
    }
  }
  const copy = intake.open(target);
  try {
    return await transfer({ from: file, to: copy, limit: Number(size), holes: isSparse, onBytes });
  } finally {
    closeSync(copy);
  }
}

function look(file: number): BigIntStats {
  try {
    return fstatSync(file, { bigint: true });
  } catch (error) {
    throw new ReadFailure(error);
  }
}

/** Waits until a write could no longer leave the stamp as it is, where that is soon. */
async function grow({ modified, changed }: Stamp, now: () => bigint): Promise<void> {
  const newest = modified > changed ? modified : changed;
  for (let pauses = 0; pauses < PAUSES; pauses += 1) {
    const rest = newest + GRAIN_NANOSECONDS - now();
    if (rest <= 0n || rest > GRAIN_NANOSECONDS) return;
    await pause(Number(rest / 1_000_000n) + 1);
  }
}

function fileEntry(
  path: string,
  stats: BigIntStats,
  digest: string,
  size: number,
  began: bigint
): StoredEntry {
  return {
    path,
    kind: 'file',
    mode: Number(stats.mode & 0o7777n),
    size,
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
    inode: stats.ino,
    isRacy: isRacy(stampOf(stats), began),
    isSparse: false,
    hasMoreNames: stats.nlink > 1n,
    digest,
    target: null,
    sameFileAs: null,
    attributes: null
  };
}

function failed(path: string, error: unknown): Taken {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return GONE;
  if (code === 'ELOOP') {
    const message = 'It was replaced by a link while the snapshot was taken. Take another one.';
    return { entry: null, isAnnotated: false, problem: { path, code: 'changing', message } };
  }
  const problem = { path, code: 'unreadable', message: unreadable(error) } as const;
  return { entry: null, isAnnotated: false, problem };
}
