import { z } from 'zod';
import {
  CheckReport,
  EntryChange,
  PruneReport,
  SnapshotCounts,
  SnapshotEntry,
  SnapshotId,
  SnapshotPath,
  SnapshotProblem,
  SourceName
} from '../../snapshot';
import {
  Nothing,
  WireInt,
  type BytesEndpoint,
  type JsonEndpoint,
  type WorkEndpoint
} from './endpoint';
import { NotebookPath } from './notebooks';
import { RunItem } from './runs';

/** A volume as this machine has it; the first is the notebook's own folder. */
export const LocalVolume = z.object({
  /** Null for the notebook's own folder. */
  name: z.string().nullable(),
  /** Absolute path; null where there is none. */
  path: z.string().nullable(),
  /** Why it is not part of snapshots; null where it is. */
  leftOut: z.string().nullable()
});
export type LocalVolume = z.infer<typeof LocalVolume>;

/** What a snapshot of a notebook would be made of. `content` stands for the file, where it is not saved. */
export const planSnapshot = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/plan',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ path: NotebookPath, content: z.string().optional() }),
  answer: z.object({
    volumes: z.array(LocalVolume),
    /** The person's rules in `.chardignore`, and those that hold before them. */
    ignore: z.object({ text: z.string(), defaults: z.array(z.string()) })
  })
} as const satisfies JsonEndpoint;

/** Writes `.chardignore` beside a notebook; an empty text removes it. */
export const writeIgnore = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/ignore',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ path: NotebookPath, text: z.string().max(100_000) }),
  answer: z.object({})
} as const satisfies JsonEndpoint;

/** How much a snapshot of a saved notebook would take, by volume (null: the notebook's folder), as it is counted. */
export const measureSnapshot = {
  kind: 'work',
  method: 'POST',
  path: '/snapshots/measure',
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ path: NotebookPath }),
  answer: z.object({
    volumes: z.array(z.object({ name: z.string().nullable(), files: z.int(), bytes: z.number() }))
  })
} as const satisfies WorkEndpoint;

/** A snapshot as lists show it. */
export const SnapshotItem = z.object({
  id: SnapshotId,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  /** What a person has called it. */
  title: z.string().nullable(),
  /** The notebook that it is of, below Jupyter's root as it was called then; null for one of folders alone. */
  notebook: z.string().nullable(),
  /** It was taken for a run, and goes with the last run that needs it. */
  isForRun: z.boolean(),
  sources: z.array(
    z.object({
      name: SourceName,
      /** Below Jupyter's root; empty for the root itself. */
      folder: z.string(),
      counts: SnapshotCounts
    })
  ),
  /** Bytes that it added to the store when it was taken. */
  addedBytes: z.int(),
  /** What could not be taken as it was. */
  problemCount: z.int(),
  /** Who needs it, so that it stays. */
  needs: z.object({
    count: z.int(),
    /** The first of the runs. */
    runs: z.array(RunItem.pick({ id: true, number: true, title: true, notebook: true }))
  })
});
export type SnapshotItem = z.infer<typeof SnapshotItem>;

/**
 * Freezes a saved notebook's folder, volumes and environment. One that is taken for a run goes with the last run that needs it; any
 * other stays until it is removed. `snapshot-too-large` (409) where one for a run would be the first of very much.
 */
export const takeSnapshotOf = {
  kind: 'work',
  method: 'POST',
  path: '/snapshots',
  params: Nothing,
  query: Nothing,
  body: z.strictObject({
    path: NotebookPath,
    forRun: z.boolean().default(false),
    title: z.string().trim().min(1).max(200).optional()
  }),
  answer: z.object({ snapshot: SnapshotItem })
} as const satisfies WorkEndpoint;

/** Newest first: those of folders below Jupyter's root, or of one notebook. Others are not there, neither here nor by id. */
export const listSnapshots = {
  kind: 'json',
  method: 'GET',
  path: '/snapshots',
  status: 200,
  params: Nothing,
  query: z.strictObject({ notebook: NotebookPath.optional() }),
  body: Nothing,
  answer: z.object({ snapshots: z.array(SnapshotItem) })
} as const satisfies JsonEndpoint;

/** How much each snapshot alone has, by id, and all of them together: every list of files is gone through. */
export const measureSnapshots = {
  kind: 'work',
  method: 'POST',
  path: '/snapshots/sizes',
  params: Nothing,
  query: Nothing,
  body: Nothing,
  answer: z.object({
    own: z.record(SnapshotId, z.int()),
    /** All contents that are kept, of folders elsewhere too. */
    total: z.int()
  })
} as const satisfies WorkEndpoint;

const SnapshotParams = z.strictObject({ snapshot: SnapshotId });

/** One snapshot, with what could not be taken as it was (the first thousand) and where in it its notebook is. */
export const getSnapshot = {
  kind: 'json',
  method: 'GET',
  path: '/snapshots/:snapshot',
  status: 200,
  params: SnapshotParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({
    snapshot: SnapshotItem,
    problems: z.array(SnapshotProblem),
    notebook: z.object({ source: SourceName, path: SnapshotPath }).nullable()
  })
} as const satisfies JsonEndpoint;

/** What lies right in a folder of a snapshot, a page at a time. `snapshot-path-unknown`, `source-unknown`: 404. */
export const listSnapshotFiles = {
  kind: 'json',
  method: 'GET',
  path: '/snapshots/:snapshot/files',
  status: 200,
  params: SnapshotParams,
  query: z.strictObject({
    source: SourceName,
    /** Below the source; empty for the source itself. */
    folder: z.union([z.literal(''), SnapshotPath]).default(''),
    /** The last path of the page before. */
    behind: SnapshotPath.optional(),
    limit: WireInt.min(1).max(2000).default(500)
  }),
  body: Nothing,
  answer: z.object({ entries: z.array(SnapshotEntry), isMore: z.boolean() })
} as const satisfies JsonEndpoint;

/** The content of one file, up to 64 MiB: `file-too-large` (413) for larger ones, which can be restored. */
export const getSnapshotFile = {
  kind: 'bytes',
  method: 'GET',
  path: '/snapshots/:snapshot/file',
  mediaType: 'application/octet-stream',
  params: SnapshotParams,
  query: z.strictObject({ source: SourceName, path: SnapshotPath })
} as const satisfies BytesEndpoint;

/**
 * Puts a snapshot, or chosen files and folders of one source, into a folder below Jupyter's root (a new one without a name), or where they
 * were. `target-not-empty` (409) unless `replace` is set.
 */
export const restoreSnapshot = {
  kind: 'work',
  method: 'POST',
  path: '/snapshots/:snapshot/restore',
  params: SnapshotParams,
  query: Nothing,
  body: z
    .strictObject({
      folder: NotebookPath.optional(),
      replace: z.boolean().default(false),
      /** Over the files that are there; others stay. */
      inPlace: z.boolean().default(false),
      source: SourceName.optional(),
      /** All where there are none. */
      paths: z.array(SnapshotPath).max(10_000).default([])
    })
    .refine(({ folder, inPlace }) => folder === undefined || !inPlace, {
      error: 'takes a folder or inPlace, not both'
    })
    .refine(({ source, paths }) => source !== undefined || paths.length === 0, {
      error: 'takes paths of one source only'
    }),
  answer: z.object({
    /** By source, where its files are now: below Jupyter's root, empty for the root itself. */
    places: z.record(SourceName, z.string()),
    files: z.int(),
    bytes: z.number(),
    /** Files that were there already as they should be. */
    unchanged: z.int(),
    problems: z.array(SnapshotProblem)
  })
} as const satisfies WorkEndpoint;

/** What removing a snapshot would free, without removing it. */
export const measureSnapshotRemoval = {
  kind: 'json',
  method: 'GET',
  path: '/snapshots/:snapshot/freed',
  status: 200,
  params: SnapshotParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ snapshot: SnapshotItem, bytes: z.int() })
} as const satisfies JsonEndpoint;

/** `snapshot-needed` (409) while a run needs it. */
export const deleteSnapshot = {
  kind: 'json',
  method: 'DELETE',
  path: '/snapshots/:snapshot',
  status: 200,
  params: SnapshotParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({ report: PruneReport })
} as const satisfies JsonEndpoint;

const ChangeSums = z.object({
  /** Of files, folders and links. */
  count: z.int(),
  /** Sizes of the files: those that came, those that went, and what changed ones have grown by. */
  bytes: z.number()
});

/** What is different from one snapshot to another: the first `limit` changes that are looked for, and the sums of all. */
export const compareSnapshots = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/compare',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({
    before: SnapshotId,
    after: SnapshotId,
    /** Only these; all where none is named. */
    how: z.array(EntryChange.shape.how).default([]),
    /** Part of the path; case does not count. */
    text: z.string().max(256).default(''),
    limit: z.int().min(1).max(100_000).default(1000)
  }),
  answer: z.object({
    changes: z.array(EntryChange),
    /** How many are like what is looked for. */
    found: z.int(),
    sums: z.object({ added: ChangeSums, changed: ChangeSums, removed: ChangeSums })
  })
} as const satisfies JsonEndpoint;

/** Reads every byte of the store and says what is not as it was written. */
export const checkSnapshots = {
  kind: 'work',
  method: 'POST',
  path: '/snapshots/check',
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ repair: z.boolean().default(false) }),
  answer: z.object({ report: CheckReport })
} as const satisfies WorkEndpoint;

/** Removes snapshots of folders below Jupyter's root, or of one notebook, that no run needs and no rule keeps. */
export const pruneSnapshots = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/prune',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({
    notebook: NotebookPath.optional(),
    keepLast: z.int().min(1).optional(),
    keepWithinDays: z.number().min(0).optional(),
    dryRun: z.boolean()
  }),
  answer: z.object({ report: PruneReport })
} as const satisfies JsonEndpoint;
