import { z } from 'zod';

/** Names a snapshot: the beginning of the SHA-256 of its record, in hex. */
export const SnapshotId = z.string().regex(/^[0-9a-f]{16}$/);
export type SnapshotId = z.infer<typeof SnapshotId>;
