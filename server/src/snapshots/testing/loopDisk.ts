import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a file system of each kind that shares blocks, in a file. */
const MAKERS = {
  xfs: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
  btrfs: ['mkfs.btrfs', '-q']
} as const;

type LoopDiskKind = keyof typeof MAKERS;
const KINDS = Object.keys(MAKERS) as LoopDiskKind[];

/** A disk in a file, for specs. */
interface LoopDisk {
  /** Absolute path of where it is mounted. */
  readonly folder: string;
  /** Takes it away, with all that is on it. */
  remove(): void;
}

/**
 * Suites on a disk of each kind that shares blocks; skipped, with the reason, where there can be none.
 * @param suites gets what gives the disk's folder, once its suites run
 */
export function describeOnLoopDisks(suites: (folder: () => string) => void): void {
  for (const kind of KINDS) {
    const problem = loopDiskProblem(kind);
    const describeHere = problem === null ? describe : describe.skip;
    describeHere(`on ${kind}${problem === null ? '' : ` [skipped: ${problem}]`}`, () => {
      let disk: LoopDisk;
      beforeAll(() => {
        disk = makeLoopDisk(kind);
      });
      afterAll(() => disk.remove());
      suites(() => disk.folder);
    });
  }
}

/** @throws Error with the reason, where this machine or this user cannot have one */
function makeLoopDisk(kind: LoopDiskKind): LoopDisk {
  const base = mkdtempSync(join(tmpdir(), 'chard-disk-'));
  const [image, folder] = [join(base, 'image'), join(base, 'disk')];
  try {
    // It takes the room of what is written to it. XFS refuses less than 300 MB.
    run('truncate', '-s', '512M', image);
    const [maker, ...options] = MAKERS[kind];
    run(maker, ...options, image);
    run('mkdir', folder);
    run('mount', '-o', 'loop', image, folder);
  } catch (error) {
    rmSync(base, { recursive: true });
    throw error;
  }
  return {
    folder,
    remove() {
      // A process that is just ending may still be there: what is mounted goes with the last of them.
      run('umount', '-l', folder);
      rmSync(base, { recursive: true });
    }
  };
}

/** Why there can be no such disk here; null where there can. */
function loopDiskProblem(kind: LoopDiskKind): string | null {
  if (process.platform !== 'linux') return 'loop devices are of Linux';
  if (process.getuid?.() !== 0) return 'only root can mount a disk';
  try {
    makeLoopDisk(kind).remove();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function run(command: string, ...words: string[]): void {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} is not there`);
  if (status !== 0) throw new Error(`${command} failed: ${stderr.trim().split('\n').at(-1)}`);
}
