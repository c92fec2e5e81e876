import type { SnapshotEntry } from '@chard/core/snapshot';
import type { Stamp } from '../../files';

/** An entry as the store keeps it: with what tells, later, whether the file is still the same. */
export interface StoredEntry extends Pick<
  SnapshotEntry,
  'path' | 'kind' | 'mode' | 'size' | 'digest' | 'target' | 'sameFileAs' | 'attributes'
> {
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
  readonly changed: bigint;
  readonly inode: bigint;
  /** It was younger than the grain of its clock: the stamp says nothing of later. */
  readonly isRacy: boolean;
  /** It has holes, which take no room on the disk. */
  readonly isSparse: boolean;
  /** It is a file with several names (hard links). */
  readonly hasMoreNames: boolean;
}

export function stampOfEntry({ size, modified, changed, inode }: StoredEntry): Stamp {
  return { size, modified, changed, inode };
}

export function publicEntry(entry: StoredEntry): SnapshotEntry {
  const { path, kind, mode, size, modified, digest, target, sameFileAs, attributes } = entry;
  return {
    path,
    kind,
    mode,
    size,
    modified: String(modified),
    digest,
    target,
    sameFileAs,
    attributes
  };
}
