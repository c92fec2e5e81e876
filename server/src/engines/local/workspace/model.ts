import type { Mount, Overlay } from '@chard/core/protocol';
import type { VolumeUse, WorkspaceWay } from '@chard/core/run';
import { z } from 'zod';
import type { SnapshotStore } from '../../../snapshots/snapshotStore';

/**
 * What a path is. In the notebook's folder paths are relative to it, in a volume that a run has a snapshot of they are absolute
 * (`fileNames.ts`); with `/`, never with `.` or `..`.
 */
export const FileState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    /** SHA-256 of the content, in hex. */
    digest: z.string(),
    size: z.number(),
    /** Permission bits, 0 to 0o777. */
    mode: z.int()
  }),
  z.object({ kind: z.literal('link'), target: z.string() }),
  /** A folder with nothing in it; any other folder is implied by what it holds. */
  z.object({ kind: z.literal('folder'), mode: z.int() }),
  /** A file that cannot be read: known by its size and modification time alone. */
  z.object({ kind: z.literal('unreadable'), size: z.number(), modified: z.string() })
]);
export type FileState = z.infer<typeof FileState>;

/** One file that a step left in the notebook's folder or in a volume, or removed from there (`state` null). */
export const WrittenFile = z.object({
  path: z.string(),
  state: FileState.nullable(),
  /** Python's audit hook saw the step write it. */
  seen: z.boolean(),
  /**
   * What the step left depends on what was there before: it read the file first, added to it, removed it, or wrote in a way
   * that the audit hook does not see, where nobody can tell.
   */
  update: z.boolean(),
  /** The content is in the file store. False for what is larger than the limit: then it must still be in the folder. */
  kept: z.boolean()
});
export type WrittenFile = z.infer<typeof WrittenFile>;

/** All that the workspace has to know about a step's execution; plain JSON for the result's `files`. */
export const StepFiles = z.object({
  version: z.literal(1),
  /** Names the execution, for what is found out about it only after it has ended. */
  execution: z.string(),
  /** SHA-256 of the step's view, whose text is in the file store. */
  view: z.string(),
  /** Files of the folder and the volumes that the step is known to have read, as it found them; null for none there. */
  read: z.record(z.string(), FileState.nullable()),
  /** Files outside of these that it opened, by absolute path, as they were when it had ended. */
  outside: z.record(z.string(), FileState.nullable()),
  written: z.array(WrittenFile),
  /** The snapshot in which the step worked; not there where it worked in the folder itself. */
  snapshot: z.string().optional()
});
export type StepFiles = z.infer<typeof StepFiles>;

/** What a step finds in the folder, less what cannot matter to it: part of the key of its result. */
export interface StepView {
  /** SHA-256, in hex: equal where the step finds the same. */
  readonly digest: string;
  readonly files: ReadonlyMap<string, FileState>;
}

/** A yes, or the reason for the no, as a person reads it: "data.csv changed". */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Files that the audit hook saw, absolute paths. */
export interface SeenFiles {
  /**
   * Opened for reading, appending or updating (`r`, `a`, `r+`, `sqlite3.connect`) before the step had itself written the
   * file whole: its earlier content may have mattered.
   */
  readonly read: readonly string[];
  /** Opened for writing in any mode, created, renamed to, linked, or removed. */
  readonly written: readonly string[];
  /** As `TouchedFiles` of the runner's protocol has it. */
  readonly opaque?: readonly string[] | undefined;
}

/** A path that could not be looked at, and why; the run goes on. */
export interface FileProblem {
  readonly path: string;
  readonly message: string;
}

/** How an execution of a step left the folder. */
export interface StepOutcome {
  /** Store it with the result; also give it to `adopt` when the run is resumed. */
  readonly files: StepFiles;
  /** What a person should know of files that did not come to where they might be looked for. */
  readonly notices: readonly FileProblem[];
  /** Whether a later run may reuse the result; if not, do not put it into the result store. */
  readonly reusable: Verdict;
}

/** Where the steps of a run work, and why there. */
export interface WorkspaceMode {
  readonly way: WorkspaceWay;
  readonly why: string;
}

/** Where one step works. */
export interface StepPlace {
  /** Absolute path in which it starts. */
  readonly directory: string;
  /** What is to be seen in folders, where that is not what is there. */
  readonly overlays: readonly Overlay[];
  /** Folders that it can read and not write to. */
  readonly mounts: readonly Mount[];
}

/** The notebook's folder during one run. All methods may be called while steps run; they wait for each other. */
export interface RunWorkspace {
  /** What could not be read at the run's start. */
  readonly problems: readonly FileProblem[];
  /** Whether steps can be reused at all: not where the folder is too large to be watched. */
  readonly reusable: Verdict;
  readonly mode: WorkspaceMode;
  /** How steps get the notebook's volumes. */
  readonly volumes: readonly VolumeUse[];
  /**
   * What a step will find, once all its ancestors are `finished`, `replay`ed or `adopt`ed; call it before `started`.
   * `view.digest` belongs into the result's key. @throws ChardError `step-unknown`
   */
  view(step: string): Promise<StepView>;
  /**
   * Whether a stored result (found by a key with this view's digest) still holds: files seen to be read are as they were,
   * what was opened outside is unchanged, what is to be replayed is at hand and can be put back.
   * Changes nothing. @throws ChardError `files-damaged` where `files` is no `StepFiles`.
   */
  check(step: string, files: unknown): Promise<Verdict>;
  /**
   * In words, what is different for a step from when `files` was recorded; null where nothing is. For the reason of a miss:
   * "data.csv changed", "3 files changed: a.csv, b.csv, c.csv".
   */
  explain(step: string, files: unknown): Promise<string | null>;
  /**
   * Puts the files of a reused step into the folder. Each file is replaced in one move, and none before all are ready.
   * @returns what could not be put there, where the steps work elsewhere.
   * @throws ChardError `store-full`, `kept-file-missing`, `kept-file-damaged`, `path-outside`, `replay-blocked`,
   *   `folder-read-only`, `folder-full`: run the step instead, or fail it with the message.
   */
  replay(step: string, files: unknown): Promise<readonly FileProblem[]>;
  /**
   * Counts the files of a step that an earlier process of this run finished; touches nothing. Call in the order in which the
   * steps ended. @throws ChardError `files-damaged`
   */
  adopt(step: string, files: unknown): void;
  /** Call just before a step's process starts, also for a retry. */
  started(step: string): Promise<void>;
  /** @throws ChardError `folder-unavailable` where what the steps work in is not there any more */
  demandThere(): void;
  /** Where a step that has `started` works. */
  place(step: string): StepPlace;
  /**
   * Call when a step's whole process tree has gone, however it ended; `succeeded` false records what it left as the
   * pipeline's own. `seen` is null where the step could not tell.
   */
  finished(step: string, seen: SeenFiles | null, succeeded: boolean): Promise<StepOutcome>;
  /**
   * At the run's end: views under which a step's result may be stored as well (a second `ResultStore.put`), since files that a
   * later step replaced turned out not to matter. Steps whose view is as before are not in it.
   */
  settle(): Promise<ReadonlyMap<string, StepView>>;
  /** Call last: takes away what was made for the run. */
  close(): Promise<void>;
}

export interface WorkspaceLimits {
  /** More files than this in the folder: nothing is reused. */
  readonly files: number;
  /** More bytes than this that were never read before: nothing is reused. */
  readonly unreadBytes: number;
  /** A written file larger than this is not kept. */
  readonly keptFileBytes: number;
}

/** A snapshot for the steps to work in. */
export interface FrozenOptions {
  readonly store: SnapshotStore;
  /** The snapshot's id. */
  readonly snapshot: string;
  /** The name under which it has the notebook's folder. */
  readonly source: string;
  /** Files in the source, and their bytes. */
  readonly counts: { readonly files: number; readonly bytes: number };
  /** Bytes up to which files are copied for the run where the file system cannot share their blocks. */
  readonly copyLimit: number;
  /** Whether what steps write is brought to the notebook's folder; if not, steps never work in it. */
  readonly brings: boolean;
  /** Absolute path of a folder for what the run needs; made and removed by the workspace. */
  readonly folder: string;
}

/** A volume of a notebook where it has a folder on this machine. */
export interface StepVolume {
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  readonly readOnly: boolean;
}

export interface WorkspaceOptions {
  /** Absolute path of the notebook, in whose folder the steps start. */
  readonly notebook: string;
  /** Every step of the run and, each, all steps above it. */
  readonly steps: ReadonlyMap<string, ReadonlySet<string>>;
  /** `$CHARD_HOME`: never part of what a step reads. */
  readonly home: string;
  /** Absolute paths below which files opened are not recorded: the Python environment, which has its own part in the key. */
  readonly unrecorded?: readonly string[];
  readonly limits?: Partial<WorkspaceLimits>;
  /** The notebook's volumes on this machine. */
  readonly volumes: readonly StepVolume[];
  /** Whether a step can have overlays and mounts of its own: null, or why not. */
  mountProblem(): Promise<string | null>;
  /** Null: the steps work in the folder itself. */
  readonly frozen: FrozenOptions | null;
}
