import type { VolumeUse } from '@chard/core/run';
import { randomUUID } from 'node:crypto';
import { ChardError } from '../../../errors';
import type { FileDigest, FileStore } from '../../../files';
import { fileStore } from './fileStore';
import { realName, realPath, type WatchedFolder } from './folder';
import type { WorkspaceMemory } from './memory';
import {
  StepFiles,
  type FileProblem,
  type FileState,
  type RunWorkspace,
  type SeenFiles,
  type StepOutcome,
  type StepPlace,
  type StepView,
  type Verdict,
  type WorkspaceLimits,
  type WorkspaceMode,
  type WorkspaceOptions,
  type WrittenFile
} from './model';
import { checkOutsideFiles, isRecorded } from './outside';
import type { OwnWrite } from './ownWrites';
import { isImmaterial, isImmaterialAfter, leftAbove } from './relevance';
import { checkReplay, type ReplayPlaces } from './replay';
import {
  changeOf,
  describeChanges,
  listed,
  parseViewText,
  viewChanges,
  viewText,
  workspaceDigest,
  type FileChange
} from './view';
import type { VolumeMounts } from './volumes';

const YES: Verdict = { ok: true };

/** One execution of a step. */
export interface Execution {
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
}

/** The paths of `SeenFiles`, sorted by where they are. */
export interface SeenPaths {
  /** Relative to the folder. */
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  readonly outsideRead: ReadonlySet<string>;
  readonly outsideWritten: ReadonlySet<string>;
}

/**
 * What a run knows of its files, wherever its steps work: what each step finds and left, whether earlier results hold. Where the steps
 * work and how their writing is found out is the heirs' part.
 */
export abstract class StepRecords implements RunWorkspace {
  protected readonly store: FileStore;
  protected readonly running = new Map<string, Execution>();
  protected readonly executions = new Map<string, Execution>();
  protected readonly views = new Map<string, StepView>();
  protected readonly left = new Map<string, readonly WrittenFile[]>();
  /** As they were when the run started: the views of a run must not change under it. */
  protected readonly ownAtStart: ReadonlyMap<string, readonly OwnWrite[]>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    protected readonly options: WorkspaceOptions,
    protected readonly limits: WorkspaceLimits,
    /** The one in which the notebook is. */
    protected folder: WatchedFolder,
    protected readonly memory: WorkspaceMemory,
    readonly reusable: Verdict,
    protected readonly mounts: VolumeMounts
  ) {
    this.store = fileStore(options.home);
    this.ownAtStart = byPath(memory.ownWrites.of(options.notebook));
  }

  abstract readonly mode: WorkspaceMode;
  abstract replay(step: string, files: unknown): Promise<readonly FileProblem[]>;
  abstract place(step: string): StepPlace;
  abstract close(): Promise<void>;
  /** What each path holds before any step of this run; where steps work in the folder itself, with what others changed meanwhile. */
  protected abstract foundFiles(): Promise<Map<string, FileState>>;
  /** Makes ready what the step needs in order to start. */
  protected abstract begin(step: string): Promise<void>;
  protected abstract end(
    step: string,
    execution: Execution,
    view: StepView,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean
  ): Promise<StepOutcome>;

  get volumes(): readonly VolumeUse[] {
    return this.mounts.uses;
  }

  get problems(): readonly FileProblem[] {
    return this.folder.problems;
  }

  view(step: string): Promise<StepView> {
    return this.inTurn(() => this.freshView(step));
  }

  check(step: string, files: unknown): Promise<Verdict> {
    return this.inTurn(async () => {
      const record = parseStepFiles(files);
      if (!this.reusable.ok) return this.reusable;
      const found = await this.foundFiles();
      const doubts = this.memory.ownWrites.doubts(record.execution);
      if (doubts.length > 0) {
        return no(
          `when it ran, other steps ran as well, and nothing tells which of them wrote ${listed(doubts)}`
        );
      }
      const rival = this.rival(step, record.written);
      if (rival !== null) return no(rival);
      const changes = this.readChanges(step, record, found);
      if (changes.length > 0) return no(describeReads(changes, record.written));
      const outside = await checkOutsideFiles(record.outside, this.folder.digests);
      if (!outside.ok) return outside;
      return checkReplay(record.written, this.places());
    });
  }

  explain(step: string, files: unknown): Promise<string | null> {
    return this.inTurn(async () => {
      const record = parseStepFiles(files);
      const found = await this.foundFiles();
      const view = await this.freshView(step);
      const before = parseViewText(this.store.text(record.view));
      const isLeftOut = (path: string): boolean => found.has(path) && !view.files.has(path);
      const changes = viewChanges(before, view).filter(({ path }) => !isLeftOut(path));
      const paths = new Set(changes.map(({ path }) => path));
      const reads = this.readChanges(step, record, found).filter(({ path }) => !paths.has(path));
      const inside = describeChanges([...changes, ...reads]);
      if (inside !== null) return inside;
      const outside = await checkOutsideFiles(record.outside, this.folder.digests);
      return outside.ok ? null : outside.why;
    });
  }

  adopt(step: string, files: unknown): void {
    this.left.set(step, parseStepFiles(files).written);
  }

  started(step: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.views.has(step)) await this.freshView(step);
      await this.mounts.make();
      await this.begin(step);
      const execution = { id: randomUUID(), startedAt: BigInt(Date.now()) * 1_000_000n };
      this.running.set(step, execution);
      this.executions.set(step, execution);
    });
  }

  finished(step: string, seen: SeenFiles | null, succeeded: boolean): Promise<StepOutcome> {
    return this.inTurn(async () => {
      const execution = this.running.get(step);
      if (execution === undefined) {
        throw new ChardError('step-unknown', `The step ${step} has ended, but was never started.`);
      }
      const view = this.views.get(step) ?? (await this.freshView(step));
      const outcome = await this.end(step, execution, view, this.sort(seen), seen, succeeded);
      this.running.delete(step);
      this.folder.digests.save();
      return outcome;
    });
  }

  settle(): Promise<ReadonlyMap<string, StepView>> {
    return this.inTurn(async () => {
      const settled = new Map<string, StepView>();
      for (const step of this.left.keys()) {
        const view = await this.viewOf(step, (path, state, own) =>
          isImmaterialAfter(step, path, state, own, this.left)
        );
        if (view.digest !== this.views.get(step)?.digest) settled.set(step, view);
      }
      return settled;
    });
  }

  protected outcome(
    execution: Execution,
    view: StepView,
    read: StepFiles['read'],
    outside: StepFiles['outside'],
    written: WrittenFile[],
    doubts: readonly string[],
    notices: readonly FileProblem[] = []
  ): StepOutcome {
    const reasons = [...doubts];
    try {
      this.store.keepText(viewText(view.files));
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      reasons.push(error.message);
    }
    return {
      files: { version: 1, execution: execution.id, view: view.digest, read, outside, written },
      notices,
      reusable: reasons.length === 0 ? YES : no(reasons.join('; '))
    };
  }

  /** Puts a written file into the store. @param path absolute @returns null where it cannot be kept */
  protected async keep(
    path: string,
    before: FileState | null,
    doubts: string[]
  ): Promise<(Omit<FileDigest, 'stamp'> & { size: number }) | null> {
    const prefix = before?.kind === 'file' && before.size > 0 ? before.size : undefined;
    try {
      return await this.store.keep(path, prefix);
    } catch (error) {
      // Gone or unreadable: its state says so. A full store is no reason to lose the step.
      if (error instanceof ChardError) doubts.push(error.message);
      return null;
    }
  }

  /** Files that a stored result's execution had read or updated and that the step would not find like that now. */
  private readChanges(
    step: string,
    record: StepFiles,
    found: ReadonlyMap<string, FileState>
  ): FileChange[] {
    const above = leftAbove(this.ancestors(step), this.left);
    const changes: FileChange[] = [];
    for (const [path, before] of Object.entries(record.read)) {
      const change = changeOf(path, before, visible(path, found, above));
      if (change !== null) changes.push(change);
    }
    return changes;
  }

  /** Why a step that writes what another one, neither above nor below it, writes as well is not reused. */
  protected rival(step: string, written: readonly WrittenFile[]): string | null {
    const paths = new Set(written.map(({ path }) => path));
    const ancestors = this.ancestors(step);
    for (const own of this.memory.ownWrites.of(this.options.notebook)) {
      if (!own.isCurrent || own.step === step || !paths.has(own.path)) continue;
      const others = this.options.steps.get(own.step);
      if (others === undefined || others.has(step) || ancestors.has(own.step)) continue;
      return `${own.path} is also written by the step ${own.step}, and neither is declared to come first`;
    }
    return null;
  }

  /** The view that the step's key is made of, remembered: what happens while the step runs must not change it. */
  protected async freshView(step: string): Promise<StepView> {
    const view = await this.viewOf(step, (_, state, own) => isImmaterial(step, state, own));
    this.views.set(step, view);
    return view;
  }

  private async viewOf(
    step: string,
    isLeftOut: (path: string, state: FileState, own: readonly OwnWrite[]) => boolean
  ): Promise<StepView> {
    const files = new Map<string, FileState>();
    const above = leftAbove(this.ancestors(step), this.left);
    for (const [path, state] of await this.foundFiles()) {
      if (above.has(path) || isLeftOut(path, state, this.ownAtStart.get(path) ?? [])) continue;
      files.set(path, state);
    }
    for (const [path, state] of above) if (state !== null) files.set(path, state);
    return workspaceDigest(files);
  }

  protected ancestors(step: string): ReadonlySet<string> {
    const ancestors = this.options.steps.get(step);
    if (ancestors === undefined) {
      throw new ChardError('step-unknown', `The run has no step ${step}.`);
    }
    return ancestors;
  }

  private sort(seen: SeenFiles | null): SeenPaths {
    const sorted = {
      read: new Set<string>(),
      written: new Set<string>(),
      outsideRead: new Set<string>(),
      outsideWritten: new Set<string>()
    };
    const unrecorded = [this.options.home, ...(this.options.unrecorded ?? [])].map(realPath);
    const put = (path: string, inside: Set<string>, outside: Set<string>): void => {
      if (this.folder.contains(path)) {
        const relative = this.folder.inside(path);
        if (relative !== null) inside.add(relative);
      } else if (isRecorded(path, unrecorded)) {
        outside.add(path);
      }
    };
    for (const path of seen?.read ?? []) put(realPath(path), sorted.read, sorted.outsideRead);
    for (const path of seen?.written ?? []) {
      // A link may have been written through, or replaced itself.
      put(realPath(path), sorted.written, sorted.outsideWritten);
      put(realName(path), sorted.written, sorted.outsideWritten);
    }
    return sorted;
  }

  /** What is in the notebook's folder of a step, for later runs. */
  protected remember(step: string, written: readonly WrittenFile[]): void {
    if (this.options.frozen?.brings === false) return;
    this.memory.ownWrites.record(this.options.notebook, step, written);
  }

  protected places(): ReplayPlaces {
    return { folder: this.folder.path, store: this.store, digests: this.folder.digests };
  }

  /** One after the other: each works on what the one before found. */
  protected inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

export function parseStepFiles(files: unknown): StepFiles {
  const record = StepFiles.safeParse(files);
  if (record.success) return record.data;
  throw new ChardError(
    'files-damaged',
    `The record of a step's files cannot be read: ${record.error.message}. Run the step again.`,
    { cause: record.error }
  );
}

/** The snapshot in which a step worked; null for none. @param files a `StepFiles`, or what somebody made of one */
export function snapshotOf(files: unknown): string | null {
  const record = StepFiles.pick({ snapshot: true }).safeParse(files);
  return record.success ? (record.data.snapshot ?? null) : null;
}

function byPath(writes: readonly OwnWrite[]): Map<string, OwnWrite[]> {
  const grouped = new Map<string, OwnWrite[]>();
  for (const write of writes) grouped.set(write.path, [...(grouped.get(write.path) ?? []), write]);
  return grouped;
}

export function no(why: string): Verdict {
  return { ok: false, why };
}

/** What a step finds at a path by the pipeline's order. */
export function visible(
  path: string,
  found: ReadonlyMap<string, FileState>,
  above: ReadonlyMap<string, FileState | null>
): FileState | null {
  const left = above.get(path);
  return left === undefined ? (found.get(path) ?? null) : left;
}

/** A file that a step itself changes is never again as it found it: that is worth saying. */
function describeReads(changes: readonly FileChange[], written: readonly WrittenFile[]): string {
  const updated = new Set(written.filter(({ update }) => update).map(({ path }) => path));
  const own = changes.filter(({ path }) => updated.has(path)).map(({ path }) => path);
  const others = describeChanges(changes.filter(({ path }) => !updated.has(path)));
  const self =
    own.length === 0
      ? null
      : `it builds on ${listed(own)}, which it writes itself and is not as it was`;
  return [others, self].filter(each => each !== null).join('; ');
}
