import type {
  CheckReport,
  EntryChange,
  PathChange,
  PruneReport,
  Snapshot,
  SnapshotCounts,
  SnapshotEntry,
  SnapshotProblem
} from '@chard/core/snapshot';

/** A folder to be frozen. */
export interface SourceFolder {
  /** Names it within the snapshot; a volume's name. No `/`. */
  readonly name: string;
  /** Absolute path. A link is followed, here only. */
  readonly path: string;
  /** More rules in the form of a `.gitignore`, after the defaults and the folder's `.chardignore`. */
  readonly ignore?: string;
}

/** How far something has come. The totals are null while they are not known. */
export interface Progress {
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles: number | null;
  readonly totalBytes: number | null;
}

/** How something that takes long is watched and ended. */
export interface Watch {
  /** Called a few times a second at most, and at the end. */
  readonly progress?: (progress: Progress) => void;
  /** Ends it; the method then throws the signal's reason, and nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface CreateOptions extends Watch {
  readonly labels?: Readonly<Record<string, string>>;
  /** Who needs it from the start: no prune can come in between. */
  readonly pins?: readonly string[];
  /** Small texts that are kept beside the folders: the environment, ... */
  readonly documents?: Readonly<Record<string, Uint8Array>>;
  /** Gives the last snapshot of the same labels back where it holds the very same: nothing is written then. */
  readonly orLast?: boolean;
}

export interface EntriesOptions {
  /** Only this entry and those below. */
  readonly under?: string;
}

export interface ChildrenOptions {
  /** Only those that come behind this path, in the order of `comparePaths`. */
  readonly behind?: string;
  readonly limit: number;
}

/** Where a snapshot is put: below a folder, or each source where it was. */
export type RestorePlace =
  | {
      /**
       * Absolute path. One source is put right into it, several into a folder each, by their names. It must not be there yet or be
       * empty, unless `replace` is set.
       */
      readonly folder: string;
      /** Puts files over those that are there; what the snapshot does not have stays. */
      readonly replace?: boolean;
    }
  | { readonly inPlace: true };

export interface RestoreOptions extends Watch {
  /** Only this source. */
  readonly source?: string;
  /** Only these entries and what is below them; all where there are none. */
  readonly paths?: readonly string[];
}

export interface RestoreReport extends SnapshotCounts {
  /** By source, where it is now. */
  readonly places: Readonly<Record<string, string>>;
  /** Files that were there already as they should be, and were not written. */
  readonly unchanged: number;
  /** What could not be put back; all else was. */
  readonly problems: readonly SnapshotProblem[];
}

export interface WorkspaceOptions extends Watch {
  /** Bytes up to which files are copied where their blocks cannot be shared. */
  readonly copyLimit: number;
  /** Only these entries; the limit is for all. */
  readonly only?: (path: string) => boolean;
}

export interface BaseOptions extends WorkspaceOptions {
  /** A tree of the very same: none with changes. */
  readonly isExact?: boolean;
}

/** How a workspace was made: its files share blocks with the store until one of them is written, or are copies. */
export type Workspace =
  | { readonly way: 'reflink' | 'copy'; readonly problems: readonly SnapshotProblem[] }
  /** Blocks cannot be shared here, and a copy would be larger than the limit; nothing was made. */
  | { readonly way: 'none'; readonly bytes: number };

/** A tree of a source that is only read, and kept for others; or none, as for a `Workspace`. */
export type Base =
  | {
      readonly way: 'reflink' | 'copy';
      /** Absolute path. */
      readonly path: string;
      /** What the source has otherwise: the tree may be of an earlier snapshot of the same folder. */
      readonly changes: readonly PathChange[];
      readonly problems: readonly SnapshotProblem[];
      /** To be called once, when nobody looks at the tree any more. */
      release(): void;
    }
  | { readonly way: 'none'; readonly bytes: number };

export interface Retention {
  /** Keeps so many of the newest of each group (the label `notebook`, else the sources' paths). */
  readonly keepLast?: number;
  /** Keeps those younger than so many milliseconds. */
  readonly keepWithin?: number;
  /** Says what would go. */
  readonly dryRun?: boolean;
  /** Who else needs a snapshot (a run that is kept), in words for the report; null for nobody. Pins are seen to anyway. */
  readonly neededBy?: (snapshot: Snapshot) => string | null;
}

export interface CheckOptions extends Watch {
  /** Mends what can be mended; all that is sound stays. */
  readonly repair?: boolean;
}

export interface Usage {
  readonly snapshots: number;
  /** Distinct contents. */
  readonly contents: number;
  /** Of contents, lists of entries and records. */
  readonly bytes: number;
}

/**
 * Folders frozen as they were. What a method has done to the store is on the disk when it returns; a process that is killed leaves nothing half done that
 * another one could take for whole. Any number of processes may use a store at once.
 *
 * All methods throw coded `ChardError`s: `store-full`, `store-read-only`, `store-unavailable`, `store-newer`, `store-busy`,
 * `snapshot-unknown`, `snapshot-damaged`.
 */
export interface SnapshotStore {
  /** What a snapshot would take, by source, without reading any file. */
  measure(sources: readonly SourceFolder[], watch?: Watch): Promise<Record<string, SnapshotCounts>>;
  /**
   * Freezes folders. A file that changes while it is read is read again, at last kept as it was read and reported; what cannot be read
   * is left out and reported.
   * @throws ChardError `source-unavailable` where a folder is not there.
   */
  create(sources: readonly SourceFolder[], options?: CreateOptions): Promise<Snapshot>;
  /** Newest first. A record that cannot be read is left out; `check` names it. */
  list(): Promise<Snapshot[]>;
  /** @param id whole, or as much of its beginning as tells it apart; `latest` for the newest */
  get(id: string): Promise<Snapshot>;
  /** The entries of a source in the order of `comparePaths`, a batch at a time. */
  entries(
    id: string,
    source: string,
    options?: EntriesOptions
  ): AsyncIterable<readonly SnapshotEntry[]>;
  /**
   * What lies right in a folder of a source (empty: the source itself), in the order of `comparePaths`; quick whatever the size of
   * the snapshot. @throws ChardError `snapshot-path-unknown`
   */
  children(
    id: string,
    source: string,
    folder: string,
    options: ChildrenOptions
  ): Promise<SnapshotEntry[]>;
  /** One entry. @throws ChardError `snapshot-path-unknown` */
  entry(id: string, source: string, path: string): Promise<SnapshotEntry>;
  /** The bytes of a file's content, checked. @throws ChardError `snapshot-damaged` */
  content(digest: string): Promise<Uint8Array>;
  /** Changes from one snapshot to another, source by source (by name), a batch at a time. */
  diff(before: string, after: string): AsyncIterable<readonly EntryChange[]>;
  /**
   * Puts a snapshot's files back. Never writes outside of the folder, whatever the names and the links in it say.
   * @throws ChardError `target-not-empty`, `folder-full`, `folder-read-only`, `folder-unavailable`
   */
  restore(id: string, place: RestorePlace, options?: RestoreOptions): Promise<RestoreReport>;
  /**
   * Makes a writable tree of one source in a folder that is not there yet. Nothing that is written to it reaches the store: its files
   * are clones or copies, never hard links to it. Copies are checked, clones are not: that would be to read them.
   */
  workspace(
    id: string,
    source: string,
    folder: string,
    options: WorkspaceOptions
  ): Promise<Workspace>;
  /**
   * A tree of one source to be read, and never written to: that of an earlier call, if nobody has touched it and little is different since,
   * else a new one. Few are kept, and only while nobody needs the room.
   */
  base(id: string, source: string, options: BaseOptions): Promise<Base>;
  /** Says that somebody (`run:ID`) needs a snapshot; again changes nothing. */
  pin(id: string, by: string): Promise<void>;
  /** Takes that back; what is not there changes nothing. */
  unpin(id: string, by: string): Promise<void>;
  /** Removes one snapshot, and all that only it needs. @throws ChardError `snapshot-needed` where it has a pin */
  remove(id: string): Promise<PruneReport>;
  /** Reads everything and says what is not as it was written. */
  check(options?: CheckOptions): Promise<CheckReport>;
  /** Removes snapshots that no rule keeps (none without a rule), and all that no snapshot needs. */
  prune(retention: Retention): Promise<PruneReport>;
  usage(): Promise<Usage>;
  /** Ends what works in the background. */
  dispose(): Promise<void>;
}
