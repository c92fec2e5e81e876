import { z } from 'zod';
import { CheckReport, EntryChange, PruneReport, Snapshot, SnapshotId } from '../../snapshot';
import { Nothing, type JsonEndpoint, type StreamEndpoint } from './endpoint';
import { NotebookPath } from './notebooks';
import { RunItem, RunParams } from './runs';

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
  kind: 'stream',
  method: 'GET',
  path: '/snapshots/measure',
  params: Nothing,
  query: z.strictObject({ path: NotebookPath }),
  message: z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), files: z.int(), bytes: z.number() }),
    z.object({
      type: z.literal('measured'),
      volumes: z.array(z.object({ name: z.string().nullable(), files: z.int(), bytes: z.number() }))
    })
  ])
} as const satisfies StreamEndpoint;

/** Freezes a saved notebook's folder, volumes and environment; the request being given up ends it. */
export const takeSnapshotOf = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots',
  status: 201,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ path: NotebookPath }),
  answer: z.object({ snapshot: Snapshot })
} as const satisfies JsonEndpoint;

/** Newest first: those of notebooks below Jupyter's root, or of one notebook. */
export const listSnapshots = {
  kind: 'json',
  method: 'GET',
  path: '/snapshots',
  status: 200,
  params: Nothing,
  query: z.strictObject({ notebook: NotebookPath.optional() }),
  body: Nothing,
  answer: z.object({ snapshots: z.array(Snapshot) })
} as const satisfies JsonEndpoint;

const SnapshotParams = z.strictObject({ snapshot: SnapshotId });

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

/** What is different from one snapshot to another; the first `limit` changes. */
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
    limit: z.int().min(1).max(100_000).default(2000)
  }),
  answer: z.object({
    changes: z.array(EntryChange),
    counts: z.object({ added: z.int(), changed: z.int(), removed: z.int() }),
    /** Bytes of the files that are there after, less those before. */
    growth: z.number()
  })
} as const satisfies JsonEndpoint;

/** Reads every byte of the store and says what is not as it was written. */
export const checkSnapshots = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/check',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ repair: z.boolean().default(false) }),
  answer: z.object({ report: CheckReport })
} as const satisfies JsonEndpoint;

/** Removes snapshots that no run needs and no rule keeps. */
export const pruneSnapshots = {
  kind: 'json',
  method: 'POST',
  path: '/snapshots/prune',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({
    keepLast: z.int().min(0).optional(),
    keepWithinDays: z.number().min(0).optional(),
    dryRun: z.boolean()
  }),
  answer: z.object({ report: PruneReport })
} as const satisfies JsonEndpoint;

export const EnvironmentChange = z.object({
  what: z.string(),
  isPackage: z.boolean(),
  before: z.string().nullable(),
  now: z.string().nullable()
});

/**
 * Puts what a run saw into a folder below Jupyter's root: the notebook as it ran, with its data. `run-without-snapshot` (409);
 * `target-not-empty` (409) unless `replace` is set.
 */
export const restoreRun = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/restore',
  status: 200,
  params: RunParams,
  query: Nothing,
  body: z.strictObject({
    /** Below Jupyter's root; without it, a new one beside the notebook. */
    folder: NotebookPath.optional(),
    replace: z.boolean().default(false),
    withResults: z.boolean().default(false)
  }),
  answer: z.object({
    folder: z.string(),
    /** The notebook's path below Jupyter's root. */
    notebook: z.string(),
    files: z.int(),
    bytes: z.number(),
    problems: z.array(z.object({ path: z.string(), message: z.string() })),
    /** How today's environment differs from the run's; null where the kernel is gone. */
    environment: z.array(EnvironmentChange).nullable()
  })
} as const satisfies JsonEndpoint;

/** Runs a run's notebook again, with its values, on its snapshot. `run-without-snapshot`: 409. */
export const runAsItWas = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/again',
  status: 201,
  params: RunParams,
  query: Nothing,
  body: z.strictObject({ cache: z.boolean().default(false) }),
  answer: z.object({ run: RunItem })
} as const satisfies JsonEndpoint;
