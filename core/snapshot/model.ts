import { z } from 'zod';
import { SnapshotId } from './id';

const Count = z.int().min(0);
const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A path below a source, with `/` between its parts; never empty, absolute or with a part `.` or `..`. A byte of a name that is
 * not UTF-8 stands as the lone surrogate U+DC80 to U+DCFF, as in Python (PEP 383), so that every name survives the way through JSON.
 */
export const SnapshotPath = z.string().refine(isSnapshotPath, {
  error: 'must be a path below the source: no empty part, no "." or ".."'
});

/** A part that is empty, "." or ".."; or a NUL. */
const NOT_A_PATH = /\0|(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether a text can be the path of an entry. */
export function isSnapshotPath(path: string): boolean {
  return !NOT_A_PATH.test(path);
}

/** One file, folder or symbolic link of a snapshot. */
export const SnapshotEntry = z.object({
  path: SnapshotPath,
  kind: z.enum(['file', 'folder', 'link']),
  /** Permission bits with set-user-id, set-group-id and sticky: 0 to 0o7777. */
  mode: z.int().min(0).max(0o7777),
  /** Bytes; 0 for what is no file. */
  size: Count,
  /** When the content was last changed: nanoseconds since 1970, in decimal. */
  modified: z.string().regex(/^-?\d+$/),
  /** SHA-256 of a file's content; null for what is no file. */
  digest: Digest.nullable(),
  /** What a symbolic link says; null for what is none. Bytes that are not UTF-8 as in paths. */
  target: z.string().nullable(),
  /** The path of the first entry that is the same file (a hard link); null for that one and for most. */
  sameFileAs: SnapshotPath.nullable(),
  /** Extended attributes, name to value in base64; null where it has none, or they were not taken. Names as in paths. */
  attributes: z.record(z.string(), z.string()).nullable()
});
export type SnapshotEntry = z.infer<typeof SnapshotEntry>;

/** Something that could not be taken, or put back, as it was. */
export const SnapshotProblem = z.object({
  /** The source's name. */
  source: z.string(),
  /** The entry; empty for the source itself. */
  path: z.string(),
  /**
   * Stable. Of taking: `unreadable`; `changing` (kept as it was read last); `unsupported` (a socket, a device). Of putting back: `damaged`
   * (the store has its content no more), `blocked` (something else stands there), `refused` (a link on its way could lead outside).
   */
  code: z.enum(['unreadable', 'changing', 'unsupported', 'damaged', 'blocked', 'refused']),
  /** What is missing, and what to do. */
  message: z.string()
});
export type SnapshotProblem = z.infer<typeof SnapshotProblem>;

export const SnapshotCounts = z.object({
  files: Count,
  folders: Count,
  links: Count,
  /** The sum of the files' sizes; a hard link's content counts once. */
  bytes: Count
});
export type SnapshotCounts = z.infer<typeof SnapshotCounts>;

/** What can be the name of a folder. */
export const SourceName = z.string().regex(/^(?!\.{1,2}$)[^/\0]{1,128}$/, {
  error: 'must be the name of a folder: no "/", not "." or ".."'
});

/** A folder as a snapshot has it. */
export const SnapshotSource = z.object({
  /** Names it within the snapshot, and the folder that it is restored to beside others; a volume's name. */
  name: SourceName,
  /** Where it was: an absolute path. */
  path: z.string(),
  counts: SnapshotCounts
});
export type SnapshotSource = z.infer<typeof SnapshotSource>;

/** Folders and documents frozen together. */
export const Snapshot = z.object({
  id: SnapshotId,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  /** What the maker wants to find it by: `notebook`, `run`, a title, ... */
  labels: z.record(z.string(), z.string()),
  sources: z.array(SnapshotSource),
  /** Texts kept beside the folders (the environment, ...): name to bytes. */
  documents: z.record(z.string(), z.object({ digest: Digest, bytes: Count })),
  /** Bytes that it added to the store. */
  addedBytes: Count,
  /** The first thousand. */
  problems: z.array(SnapshotProblem),
  /** All of them. */
  problemCount: Count,
  /** Who needs it: retention never removes a snapshot with a pin. */
  pins: z.array(z.string())
});
export type Snapshot = z.infer<typeof Snapshot>;

/** The counts of all sources. */
export function totalCounts({
  sources
}: {
  readonly sources: readonly Pick<SnapshotSource, 'counts'>[];
}): SnapshotCounts {
  const total = { files: 0, folders: 0, links: 0, bytes: 0 };
  for (const { counts } of sources) {
    total.files += counts.files;
    total.folders += counts.folders;
    total.links += counts.links;
    total.bytes += counts.bytes;
  }
  return total;
}

/** A name or path as it can be shown: what is not UTF-8 as `\xNN`, and nothing that a terminal would take for a command. */
export function printableName(name: string): string {
  return name
    .replace(/(?<![\ud800-\udbff])[\udc80-\udcff]/g, escape =>
      hexadecimal(escape.charCodeAt(0) - 0xdc00)
    )
    .replace(/[\p{Cc}\u2028\u2029]/gu, control => hexadecimal(control.charCodeAt(0)));
}

function hexadecimal(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}
