import { statSync } from 'node:fs';
import type { Layout } from '../disk/layout';
import type { Records } from '../disk/records';
import type { Usage } from '../snapshotStore';
import { contentFiles } from './sweep';

/** The room that a store takes. */
export function usageOf(layout: Layout, records: Records): Usage {
  const usage = { snapshots: records.ids().length, contents: 0, bytes: 0 };
  for (const { path, digest } of contentFiles(layout)) {
    if (digest === null) continue;
    usage.contents += 1;
    usage.bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  for (const { sources } of records.all()) {
    // Each is there twice.
    for (const { manifest } of sources) usage.bytes += 2 * manifest.bytes;
  }
  return usage;
}
