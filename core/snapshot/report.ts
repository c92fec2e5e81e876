import { z } from 'zod';
import { SnapshotId } from './id';

/** Something in a store that is not as it was written. */
export const StoreDamage = z.object({
  /** What holds it: a file's content, a list of entries, a snapshot's record, a document; a tree that runs share. */
  what: z.enum(['content', 'manifest', 'record', 'document', 'tree']),
  /** How: nothing is there, it ends too early, or its bytes are others. */
  how: z.enum(['lost', 'cut', 'changed']),
  /** Absolute path in the store. */
  path: z.string(),
  /** Bytes that were expected; null where that is not known. */
  bytes: z.int().min(0).nullable(),
  /** What it touches: the first hundred files, and whole snapshots where `path` is empty. */
  touches: z.array(z.object({ snapshot: SnapshotId, source: z.string(), path: z.string() })),
  touchCount: z.int().min(0),
  /** What was done about it; null where nothing was (not asked for, or nothing can be). */
  repaired: z.string().nullable(),
  /** It is as it was written again. */
  isMended: z.boolean()
});
export type StoreDamage = z.infer<typeof StoreDamage>;

export const CheckReport = z.object({
  snapshots: z.int().min(0),
  /** Distinct contents that were read. */
  contents: z.int().min(0),
  bytes: z.int().min(0),
  damages: z.array(StoreDamage)
});
export type CheckReport = z.infer<typeof CheckReport>;

export const PruneReport = z.object({
  removed: z.array(SnapshotId),
  /** Each with why it stays. */
  kept: z.array(z.object({ snapshot: SnapshotId, why: z.string() })),
  /** Contents that nothing needs any more: what was removed, or would be. */
  contents: z.int().min(0),
  bytes: z.int().min(0),
  dryRun: z.boolean()
});
export type PruneReport = z.infer<typeof PruneReport>;
