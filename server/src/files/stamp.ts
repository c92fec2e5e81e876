import type { BigIntStats } from 'node:fs';

/** What a file system says about a file without reading it. Times are nanoseconds since 1970. */
export interface Stamp {
  readonly size: number;
  readonly modified: bigint;
  readonly changed: bigint;
  readonly inode: bigint;
}

export function stampOf(stats: BigIntStats): Stamp {
  return {
    size: Number(stats.size),
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
    inode: stats.ino
  };
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return (
    a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode
  );
}

const SECOND = 1_000_000_000n;
/** Linux stamps files with the time of the last timer tick, at most 10 ms old; the rest is a margin. */
const FINE_GRAIN = 50_000_000n;
/** FAT keeps even seconds. */
const COARSE_GRAIN = 2n * SECOND;

/**
 * Whether a write after `now` (nanoseconds since 1970) could leave the very same stamp: the file is younger than the
 * grain of the clock that stamps it, so a digest taken now must not be remembered.
 */
export function isRacy(stamp: Stamp, now: bigint): boolean {
  const newest = stamp.changed > stamp.modified ? stamp.changed : stamp.modified;
  const grain = newest % SECOND === 0n ? COARSE_GRAIN : FINE_GRAIN;
  return newest >= now - grain;
}
