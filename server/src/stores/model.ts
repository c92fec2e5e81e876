import type {
  Assignment,
  EndReason,
  ExperimentEvent,
  ExperimentEventBody,
  ExperimentPhase,
  ObjectiveType,
  TrialCounts,
  TrialTally
} from '@chard/core/experiment';
import type { RunnerValue } from '@chard/core/protocol';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import type { MetricValue, RunEvent, RunEventBody, RunPhase } from '@chard/core/run';

/** Which process does something: enough to tell, later and from another process, whether it still lives. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the system's own words; tells two processes with one pid apart. */
  readonly startTime: string;
  /** The machine's boot. */
  readonly boot: string;
  /** The pid's namespace (a container); empty where the system has none. */
  readonly namespace: string;
}

/** Who may append to a run or an experiment: a process and the engine in it. */
export interface Owner extends ProcessIdentity {
  /** Random; also the marker in the environment of every process that the engine starts. */
  readonly instance: string;
}

export interface Lease {
  /** What is owned: a run, or among the experiments' leases an experiment. */
  readonly run: string;
  readonly owner: Owner;
  /** Milliseconds since 1970 of the owner's last sign of life. */
  readonly beat: number;
}

/** What lists show of a run beside its phase. */
export interface RunOutline {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What the metrics cells have reported. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** The step that a failed run failed in. */
  readonly failedStep: string | null;
}

/** The trial that a run is, of an experiment that is kept. */
export interface TrialOfRun {
  readonly experiment: string;
  /** Counts from 1 within its experiment. */
  readonly number: number;
}

export interface RunRecord extends RunOutline {
  readonly id: string;
  /** Counts the runs of its notebook from 1; no other run ever gets the same. */
  readonly number: number;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly pipeline: string;
  readonly phase: RunPhase;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly lastSeq: number;
  readonly cancelRequested: boolean;
  /** What a person has called it. */
  readonly title: string | null;
  /** Null for a run that a person started. */
  readonly trial: TrialOfRun | null;
}

export interface RunFilter {
  /** Only the trials of this experiment; null: no trials at all. */
  readonly experiment?: string | null;
  readonly notebook?: string;
  readonly phases?: readonly RunPhase[];
  /** Only those older than this run; none where there is no such run. */
  readonly before?: string;
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** An event that has happened and waits for its place in the log. */
export interface PendingEvent {
  readonly time: number;
  readonly body: RunEventBody;
}

export interface ReadOptions {
  /** Events with a higher `seq`; 0 for all. */
  readonly after?: number;
  readonly limit?: number;
  readonly step?: string;
  /** Leaves out text and displays: what is left is all that a run's state is made of. */
  readonly quiet?: boolean;
  /** Only events of these kinds. */
  readonly types?: readonly RunEventBody['type'][];
}

/** Content addresses of what a run keeps beside its log. */
export type ArtefactName = 'notebook' | 'pipeline' | 'environment' | 'workspace';

export interface NewRun {
  readonly id: string;
  readonly notebook: string;
  readonly pipeline: string;
  readonly artefacts: Readonly<Partial<Record<ArtefactName, string>>>;
  /** The log's beginning. */
  readonly events: readonly PendingEvent[];
  /** The trial that it is: no two runs are the same one. */
  readonly trial: TrialOfRun | null;
}

/**
 * The logs of all runs. Whatever a method has returned from is on the disk. All methods throw coded `ChardError`s
 * (`store-full`, `store-read-only`, `store-damaged`, `store-busy`, `store-newer`, `store-unavailable`, `store-gone`).
 */
export interface RunStore {
  /** Makes a run owned by `owner`. @throws ChardError `run-exists`. */
  create(run: NewRun, owner: Owner): void;
  get(id: string): RunRecord | undefined;
  /** Newest first. */
  list(filter?: RunFilter): RunRecord[];
  artefacts(id: string): Partial<Record<ArtefactName, string>>;
  /** Appends in one transaction. @throws ChardError `lease-lost` where the run is not `owner`'s (any more). */
  append(id: string, owner: Owner, events: readonly PendingEvent[]): RunEvent[];
  read(id: string, options?: ReadOptions): RunEvent[];
  /** Keeps what the workspace has to know about a step's files, its own JSON. Write it before the step's end is written. */
  saveStepFiles(id: string, step: string, files: unknown): void;
  /** By step, in the order in which they were saved. */
  stepFiles(id: string): Map<string, unknown>;
  /** Gives a run a title, or takes it away. @throws ChardError `run-unknown`. */
  rename(id: string, title: string | null): void;
  /** Asks the owner, in whichever process, to cancel; it sees it through `onChange`. */
  requestCancel(id: string): void;
  /** Removes the run, and every result that no other run made or used. @throws ChardError `run-active`, `run-unknown`. */
  delete(id: string): void;
  /** Calls `listener` after every change by any process, until the function returned is called. */
  onChange(listener: () => void): () => void;
}

/** What lists show of an experiment that its events change: a fold of them, kept by whoever appends. */
export interface ExperimentOutline {
  readonly phase: ExperimentPhase;
  readonly reason: EndReason | null;
  readonly counts: TrialCounts;
  readonly tally: TrialTally;
  readonly best: {
    readonly trial: number;
    readonly run: string | null;
    readonly value: number;
    readonly parameters: Assignment;
  } | null;
  readonly finishedAt: number | null;
}

export interface ExperimentRecord extends ExperimentOutline {
  readonly id: string;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  /** What a person calls it; no two experiments of a notebook are called the same. */
  readonly name: string;
  readonly pipeline: string;
  readonly objective: { readonly type: ObjectiveType; readonly metric: string };
  readonly algorithm: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly lastSeq: number;
  /** What is damaged of this record, and what to do; what is not known then is empty. Null where all is well. */
  readonly damage: string | null;
}

/** An event that has happened and waits for its place in the log. */
export interface PendingExperimentEvent {
  readonly time: number;
  readonly body: ExperimentEventBody;
}

/** What one transaction changes of an experiment. */
export interface ExperimentChange {
  readonly events: readonly PendingExperimentEvent[];
  /** What the log, these events included, comes to. */
  readonly outline: ExperimentOutline;
  /** Texts by key that the algorithm has to be told again when it goes on; each replaces the former of its key. */
  readonly memory?: Readonly<Record<string, string>>;
  /** Commands up to this number have been done, or need not be done any more. */
  readonly heard?: number;
}

export interface NewExperiment extends Pick<
  ExperimentRecord,
  'id' | 'notebook' | 'name' | 'pipeline' | 'objective' | 'algorithm'
> {
  readonly artefacts: Readonly<Partial<Record<ArtefactName, string>>>;
  /** The log's beginning. */
  readonly change: ExperimentChange;
}

export interface ExperimentFilter {
  readonly notebook?: string;
  readonly phases?: readonly ExperimentPhase[];
  /** Only those older than this experiment; none where there is no such one. */
  readonly before?: string;
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** Something that an experiment has been asked to do, in the order of the numbers. */
export interface AskedCommand {
  readonly number: number;
  readonly command: ExperimentCommand;
}

/** The logs of all experiments, with what holds for `RunStore`. Their trials are runs that say so. */
export interface ExperimentStore {
  readonly leases: LeaseStore;
  /** Makes an experiment owned by `owner`. @throws ChardError `experiment-exists`, `experiment-name-taken`. */
  create(experiment: NewExperiment, owner: Owner): void;
  get(id: string): ExperimentRecord | undefined;
  /** Newest first. */
  list(filter?: ExperimentFilter): ExperimentRecord[];
  artefacts(id: string): Partial<Record<ArtefactName, string>>;
  /** Writes one change. @throws ChardError `lease-lost` where the experiment is not `owner`'s (any more). */
  append(id: string, owner: Owner, change: ExperimentChange): ExperimentEvent[];
  read(id: string, options?: Pick<ReadOptions, 'after' | 'limit'>): ExperimentEvent[];
  memory(id: string): Record<string, string>;
  /** Asks the owner, in whichever process; it sees it through `onChange`. @throws ChardError `experiment-unknown`. */
  ask(id: string, command: ExperimentCommand): void;
  /** What has been asked for and not been heard yet. */
  asked(id: string): AskedCommand[];
  /** @throws ChardError `experiment-unknown`, `experiment-name-taken`. */
  rename(id: string, name: string): void;
  /**
   * Removes the experiment with the runs of its trials, or leaves these as runs like any other.
   * @throws ChardError `experiment-active`, `experiment-unknown`, `run-active`.
   */
  delete(id: string, runs: 'delete' | 'keep'): void;
  onChange(listener: () => void): () => void;
}

export interface LeaseStore {
  get(run: string): Lease | undefined;
  all(): Lease[];
  /**
   * Takes a run that has no owner or whose owner is dead (`isAlive` judges).
   * @returns the dead owner that it was taken from, or null. @throws ChardError `run-owned`, `run-unknown`.
   */
  take(run: string, owner: Owner, now: number, isAlive: (lease: Lease) => boolean): Owner | null;
  /** A sign of life for all runs of an owner. */
  beat(owner: Owner, now: number): void;
  release(run: string, owner: Owner): void;
}

/** What a step's result depended on, each under a name that a reason in words can be made from. */
export interface ReuseParts {
  readonly code: string;
  readonly modules: Readonly<Record<string, string>>;
  /** Input name to content digest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Parameter name to JSON value. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly environment: string;
  /** The step's own environment variables, digested. */
  readonly variables: string;
  readonly workspace: string;
}

export interface StoredResult {
  readonly key: string;
  readonly notebook: string;
  readonly step: string;
  readonly parts: ReuseParts;
  /** As the runner reported them: an unchanged value's version is its provider's in the run that reuses it. */
  readonly values: readonly RunnerValue[];
  /** What the workspace has to know to check and replay the step's files; its own JSON. */
  readonly files: unknown;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Results of steps that later runs may reuse. A result lives as long as a run that made or used it. */
export interface ResultStore {
  find(key: string): StoredResult | undefined;
  /** The result of a notebook's step that was made or used last. */
  latest(notebook: string, step: string): StoredResult | undefined;
  put(result: StoredResult, run: string): void;
  use(key: string, run: string, now: number): void;
  /** A kept run whose log holds the result's outputs. */
  runOf(key: string): string | undefined;
}

/** The files that hold stored values, named by their content. Runners write them. */
export interface ValueStore {
  /** Absolute path of the folder. */
  readonly folder: string;
  has(group: string): boolean;
  size(group: string): number | null;
}

/** Small documents named by their SHA-256. */
export interface ArtefactStore {
  /** Durable when it returns. */
  put(bytes: Uint8Array): string;
  /** @throws ChardError `artefact-missing`, `artefact-damaged`. */
  get(digest: string): Uint8Array;
}

/** What would go with some runs: files that only they need. */
export interface Held {
  readonly files: number;
  readonly bytes: number;
}

export interface Freed {
  readonly files: number;
  readonly bytes: number;
  /** True where a run is going on, so that nothing was removed now; the next call removes it. */
  readonly postponed: boolean;
}

/** Where a store is that was opened: at its place, nowhere to be found, or with another one at its place. */
export type StorePlace = 'there' | 'gone' | 'replaced';

/** One store of everything below `$CHARD_HOME`. */
export interface Stores {
  /** Absolute path of the folder. */
  readonly home: string;
  readonly runs: RunStore;
  /** The runs'. */
  readonly leases: LeaseStore;
  readonly experiments: ExperimentStore;
  readonly results: ResultStore;
  readonly values: ValueStore;
  readonly artefacts: ArtefactStore;
  /** Several writes as one: all of them are on the disk when it returns, or none is. */
  together<Result>(work: () => Result): Result;
  /** The same for what can be found out again: it may get to the disk with the next write only. */
  togetherAtEase<Result>(work: () => Result): Result;
  /** What deleting these runs and experiments, all of them, would free. Unknown ids count as nothing. */
  heldBy(runs: readonly string[], experiments?: readonly string[]): Held;
  /** Removes the files that no kept run or result needs; not while `isAlive` runs go on. */
  collectGarbage(isAlive: (lease: Lease) => boolean): Freed;
  place(): StorePlace;
  /** What every other method does first. @throws ChardError `store-gone` where it is not at its place any more. */
  demandThere(): void;
  /** One that can only be read is opened, too. @throws ChardError `store-read-only`, `store-full` */
  demandWritable(): void;
  close(): void;
}
