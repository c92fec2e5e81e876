import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeDurably, type Layout } from './layout';

const LostContents = z.array(z.string());

/**
 * The digests of contents that snapshots name and that are gone, as the last repair has found it: only damage makes a content go that is named,
 * so the next snapshot need not look for each of those that it names again. Null where that is not known.
 */
export function lostContents(layout: Layout): ReadonlySet<string> | null {
  try {
    return new Set(LostContents.parse(JSON.parse(readFileSync(layout.lost, 'utf8'))));
  } catch {
    // Not there, or it says so: nothing is lost unless there was a repair.
    return existsSync(layout.lost) || existsSync(layout.damaged) ? null : new Set();
  }
}

/** Says what is lost, when a repair ends. @throws the system's error */
export function noteLost(layout: Layout, digests: readonly string[]): void {
  writeDurably(layout.lost, JSON.stringify(digests));
}

/** Says that it is not known, while a repair goes on. @throws the system's error */
export function forgetLost(layout: Layout): void {
  writeDurably(layout.lost, JSON.stringify(null));
}
