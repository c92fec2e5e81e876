import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  type BigIntStats
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { TEMPORARY_PREFIX, type SnapshotProblem } from '@chard/core/snapshot';
import { errorCode } from '../../files';
import { decodeBytes, encodeName, nativePath } from '../paths/names';
import { openFolder, within, type NativeFolder, type OpenFolder } from '../paths/nativePaths';

/** Why an entry cannot be put where it belongs; all others can. */
export class Hindrance extends Error {
  constructor(
    readonly code: Extract<SnapshotProblem['code'], 'blocked' | 'refused' | 'damaged'>,
    message: string
  ) {
    super(message);
  }
}

/** A folder on the way to an entry, held open as long as somebody works in it. */
class Step {
  private users = 1;

  constructor(
    readonly name: string,
    readonly folder: OpenFolder
  ) {}

  use(): void {
    this.users += 1;
  }

  leave(): void {
    this.users -= 1;
    if (this.users === 0) this.folder.close();
  }
}

/** Where an entry belongs: a name in an open folder. */
export interface Spot {
  /** The path by which to reach it. */
  readonly native: string | Buffer;
  /** A path beside it that nothing has yet. */
  temporary(): string | Buffer;
  /** Has to be called once. */
  leave(): void;
}

/**
 * A folder into which entries are put. Each folder on the way to an entry is opened for itself, below the one before, and never
 * through a link: whatever an entry's path says, and whatever somebody makes of the folders meanwhile, it stays below the root.
 */
export class Tree {
  private readonly root: Step;
  private way: Step[] = [];

  /** @param path absolute; the folder is there. @throws the system's error */
  constructor(path: string) {
    this.root = new Step('', openFolder(nativePath(path)));
  }

  /** Where an entry belongs; makes the folders above it. @throws Hindrance; the system's error */
  spot(path: string): Spot {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let same = 0;
    while (same < parts.length && this.way[same]?.name === parts[same]) same += 1;
    for (const step of this.way.splice(same)) step.leave();
    for (const part of parts.slice(same)) {
      const above = (this.way.at(-1) ?? this.root).folder.path;
      this.way.push(new Step(part, enter(above, part)));
    }
    const step = this.way.at(-1) ?? this.root;
    step.use();
    const folder = step.folder.path;
    return {
      native: within(folder, name),
      temporary: () => within(folder, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`),
      leave: () => step.leave()
    };
  }

  close(): void {
    for (const step of this.way.splice(0)) step.leave();
    this.root.leave();
  }
}

function enter(above: NativeFolder, name: string): OpenFolder {
  const path = within(above, name);
  try {
    return openFolder(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw hindered(error, name);
  }
  mkdirSync(path);
  return openFolder(path);
}

function hindered(error: unknown, name: string): unknown {
  const code = errorCode(error);
  const shown = JSON.stringify(name);
  if (code === 'ELOOP' || code === 'ENOTDIR') {
    return new Hindrance(
      'refused',
      `It was not put back: ${shown} on the way to it is a link or a file, which may lead outside. Move that away, or restore to a new folder.`
    );
  }
  return error;
}

/** What stands at a spot; null for nothing. */
export function standing({ native }: Spot): BigIntStats | null {
  return lstatSync(native, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** Makes a folder where none is. @throws Hindrance where something else is there */
export function putFolder(spot: Spot): void {
  try {
    mkdirSync(spot.native, 0o700);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (standing(spot)?.isDirectory() === true) return;
    throw new Hindrance(
      'blocked',
      'It was not put back: something that is no folder stands there. Move that away, or restore to a new folder.'
    );
  }
}

/** Makes a symbolic link, over a file or link that is there. @returns false where it was there already */
export function putLink(spot: Spot, target: string): boolean {
  const there = standing(spot);
  const wanted = encodeName(target);
  if (there === null) {
    symlinkSync(wanted, spot.native);
    return true;
  }
  if (there.isSymbolicLink()) {
    const now = readlinkSync(spot.native, { encoding: 'buffer' });
    if (decodeBytes(now) === target) return false;
  }
  demandReplaceable(there);
  const temporary = spot.temporary();
  symlinkSync(wanted, temporary);
  moveOver(temporary, spot);
  return true;
}

/** Makes a second name of a file, over a file or link that is there. */
export function putSameFile(spot: Spot, first: Spot): void {
  const there = standing(spot);
  if (there === null) return linkSync(first.native, spot.native);
  demandReplaceable(there);
  // To rename one name of a file over another of it does nothing, the temporary name would stay.
  if (there.ino === standing(first)?.ino) return;
  const temporary = spot.temporary();
  linkSync(first.native, temporary);
  moveOver(temporary, spot);
}

/** @throws Hindrance where a folder is there: nothing is ever put in the place of all that is in it */
export function demandReplaceable(there: BigIntStats): void {
  if (!there.isDirectory()) return;
  throw new Hindrance(
    'blocked',
    'It was not put back: a folder stands there. Move that away, or restore to a new folder.'
  );
}

/** Gives what was made aside its name. */
export function moveOver(temporary: string | Buffer, spot: Spot): void {
  try {
    renameSync(temporary, spot.native);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Gives a folder its permissions and times, when all is in it. */
export function finishFolder({ native }: Spot, mode: number, modified: bigint): void {
  utimesSync(native, seconds(modified), seconds(modified));
  // A folder's set-group-id says whose what is made in it becomes.
  chmodSync(native, mode & 0o3777);
}

export function finishLink({ native }: Spot, modified: bigint): void {
  lutimesSync(native, seconds(modified), seconds(modified));
}

/** A time as Node takes it. It is cut to whole microseconds, and a number is a little less or more than what it stands for. */
export function seconds(nanoseconds: bigint): number {
  return (Number(nanoseconds / 1000n) + 0.3) / 1e6;
}
