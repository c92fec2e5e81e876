import { constants, lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import type { Ignores, SnapshotProblem } from '@chard/core/snapshot';
import { errorCode, reasonOf } from '../../files';
import { fits } from '../manifest/codec';
import { decodeName } from '../paths/names';
import {
  isTooLong,
  openFolder,
  within,
  type NativeFolder,
  type OpenFolder
} from '../paths/nativePaths';

/** Something that a walk has come to. */
export interface Found {
  readonly path: string;
  /** How to reach it; good until the next `pause`. */
  readonly native: string | Buffer;
  readonly kind: 'file' | 'folder' | 'link';
  readonly stats: BigIntStats;
}

export type WalkStep =
  | { readonly found: Found }
  | { readonly problem: Omit<SnapshotProblem, 'source'> }
  /** Nothing that was found before may be reached any more after this. */
  | { readonly pause: true };

export interface WalkOptions {
  readonly ignores: Ignores;
  /** Identities of folders that are left out, wherever they are met. */
  readonly without: ReadonlySet<string>;
}

/** Tells one folder from all others. */
export function folderIdentity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/**
 * All that is below a folder, in the order of `comparePaths`. Links are taken as links and never followed. What vanishes meanwhile is
 * not there; what cannot be looked at is a problem. @throws the system's error where the folder itself cannot be read
 */
export function* walk(folder: string, options: WalkOptions): Generator<WalkStep, void, void> {
  const identity = folderIdentity(lstatSync(folder, { bigint: true }));
  // Not by recursion: a path of 4,000 characters can be 2,000 folders deep.
  const stack = [new Frame(folder, '', identity, namesIn(folder))];
  try {
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const name = frame.next();
      if (name === undefined) {
        if (frame.isHeld) yield { pause: true };
        stack.pop()?.close();
        continue;
      }
      const path = frame.path === '' ? name : `${frame.path}/${name}`;
      const step = visit(frame.reach(name), path, stack, options);
      if (step === null) continue;
      yield step;
      if (!('found' in step) || step.found.kind !== 'folder') continue;
      const { native, stats } = step.found;
      const names = attempt(path, () => namesIn(native));
      if ('problem' in names) yield names;
      if ('value' in names) {
        stack.push(new Frame(native, path, folderIdentity(stats), names.value));
      }
    }
  } finally {
    for (const frame of stack) frame.close();
  }
}

/** A folder in which a walk is. */
class Frame {
  private held: OpenFolder | null = null;
  private at = 0;

  constructor(
    private readonly native: NativeFolder,
    readonly path: string,
    readonly identity: string,
    private readonly names: readonly string[]
  ) {}

  get isHeld(): boolean {
    return this.held !== null;
  }

  next(): string | undefined {
    this.at += 1;
    return this.names[this.at - 1];
  }

  /** How a name in it is reached: by its path, or where that is too long, through the folder held open. */
  reach(name: string): string | Buffer {
    if (this.held === null && isTooLong(this.native, name)) this.held = openFolder(this.native);
    return within(this.held?.path ?? this.native, name);
  }

  close(): void {
    this.held?.close();
    this.held = null;
  }
}

/** What is at a path; null for nothing that counts. */
function visit(
  native: string | Buffer,
  path: string,
  above: readonly Frame[],
  options: WalkOptions
): WalkStep | null {
  const looked = attempt(path, () => lstatSync(native, { bigint: true }));
  if ('problem' in looked) return looked;
  if ('gone' in looked) return null;
  const stats = looked.value;
  const kind = kindOf(stats);
  if (options.ignores(path, kind === 'folder')) return null;
  if (kind === null)
    return problem(path, 'unsupported', 'Sockets, pipes and devices are not kept.');
  if (!fits(path)) return problem(path, 'unsupported', 'Its path is longer than 65,535 bytes.');
  if (kind === 'folder') {
    const identity = folderIdentity(stats);
    if (options.without.has(identity)) return null;
    if (above.some(frame => frame.identity === identity)) {
      return problem(path, 'unsupported', 'It is a folder that it lies in itself (a mount).');
    }
  }
  return { found: { path, native, kind, stats } };
}

function namesIn(folder: NativeFolder): string[] {
  return readdirSync(folder, { encoding: 'latin1' }).map(decodeName).sort();
}

function kindOf(stats: BigIntStats): Found['kind'] | null {
  switch (Number(stats.mode) & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFLNK:
      return 'link';
    case constants.S_IFDIR:
      return 'folder';
    default:
      return null;
  }
}

function attempt<Result>(
  path: string,
  work: () => Result
): { value: Result } | { gone: true } | { problem: Omit<SnapshotProblem, 'source'> } {
  try {
    return { value: work() };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { gone: true };
    return problem(path, 'unreadable', unreadable(error));
  }
}

function problem(
  path: string,
  code: SnapshotProblem['code'],
  message: string
): { problem: Omit<SnapshotProblem, 'source'> } {
  return { problem: { path, code, message } };
}

/** Why something is not in a snapshot, from a system's error. */
export function unreadable(error: unknown): string {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'It cannot be read: permission denied. Change its permissions, or name it in .chardignore.';
    case 'ENAMETOOLONG':
      return 'It cannot be read: its path is longer than the system takes. Move it up, or name it in .chardignore.';
    default:
      return `It cannot be read: ${reasonOf(error)}. Check the disk, or name it in .chardignore.`;
  }
}
