import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ChardError } from '../../../errors';
import { FileStore, type FileDigest } from '../../../files';
import { WriteAttribution, type ObservedChange } from './attribution';
import { realName, realPath, WatchedFolder } from './folder';
import type { WorkspaceMemory } from './memory';
import {
  StepFiles,
  type FileProblem,
  type FileState,
  type RunWorkspace,
  type SeenFiles,
  type StepOutcome,
  type StepView,
  type Verdict,
  type WorkspaceLimits,
  type WorkspaceOptions,
  type WrittenFile
} from './model';
import { checkOutsideFiles, isRecorded, recordOutsideFiles } from './outside';
import type { OwnWrite } from './ownWrites';
import { isImmaterial, isImmaterialAfter, leftAbove } from './relevance';
import { checkReplay, replay } from './replay';
import { sameState } from './states';
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

export const DEFAULT_LIMITS: WorkspaceLimits = {
  files: 200_000,
  unreadBytes: 64 * 2 ** 30,
  keptFileBytes: 8 * 2 ** 30
};

/** Orphaned files are remembered under no step's name. */
const NOBODY = '';
const YES: Verdict = { ok: true };

interface Execution {
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
}

/** The paths of `SeenFiles`, sorted by where they are. */
interface SeenPaths {
  /** Relative to the folder. */
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  readonly outsideRead: ReadonlySet<string>;
  readonly outsideWritten: ReadonlySet<string>;
}

/**
 * Looks at the notebook's folder, for a run that starts now.
 * @param memory stays open as long as the run. @throws ChardError `folder-unavailable`, `store-full`, ...
 */
export async function openWorkspace(
  options: WorkspaceOptions,
  memory: WorkspaceMemory
): Promise<RunWorkspace> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { notebook, home } = options;
  const folder = await WatchedFolder.open({ notebook, home, limit: limits.files }, memory.digests);
  return new FolderWorkspace(options, limits, folder, memory, refusal(folder, limits));
}

function refusal(folder: WatchedFolder, limits: WorkspaceLimits): Verdict {
  const remedy =
    'Move what is no input of the notebook elsewhere, or name it in a file .chardignore beside the notebook';
  if (folder.isCut) {
    return {
      ok: false,
      why: `The notebook's folder ${folder.path} holds more than ${limits.files} files. ${remedy}.`
    };
  }
  const unread = folder.recall();
  if (unread <= limits.unreadBytes) return YES;
  const gib = Math.ceil(unread / 2 ** 30);
  return {
    ok: false,
    why: `The notebook's folder ${folder.path} holds ${gib} GiB that would have to be read first. ${remedy}.`
  };
}

class FolderWorkspace implements RunWorkspace {
  private readonly store: FileStore;
  private readonly attribution = new WriteAttribution();
  private readonly running = new Map<string, Execution>();
  private readonly executions = new Map<string, Execution>();
  private readonly views = new Map<string, StepView>();
  private readonly left = new Map<string, readonly WrittenFile[]>();
  /** As they were when the run started: the views of a run must not change under it. */
  private readonly ownAtStart: ReadonlyMap<string, readonly OwnWrite[]>;
  /** What each path held before any step of this run; later with what others changed meanwhile. */
  private found: Map<string, FileState> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: WorkspaceOptions,
    private readonly limits: WorkspaceLimits,
    private readonly folder: WatchedFolder,
    private readonly memory: WorkspaceMemory,
    readonly reusable: Verdict
  ) {
    this.store = fileStore(options.home);
    this.ownAtStart = byPath(memory.ownWrites.of(options.notebook));
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

  replay(step: string, files: unknown): Promise<void> {
    return this.inTurn(async () => {
      const { written } = parseStepFiles(files);
      await this.foundFiles();
      this.folder.accept(await replay(written, this.places()));
      this.left.set(step, written);
      this.memory.ownWrites.record(this.options.notebook, step, written);
    });
  }

  adopt(step: string, files: unknown): void {
    this.left.set(step, parseStepFiles(files).written);
  }

  started(step: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.views.has(step)) await this.freshView(step);
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
      const outcome = await this.end(step, execution, view, this.sort(seen), succeeded);
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

  private async end(
    step: string,
    execution: Execution,
    view: StepView,
    seen: SeenPaths,
    succeeded: boolean
  ): Promise<StepOutcome> {
    const doubts: string[] = succeeded ? [] : ['it did not succeed'];
    if (!this.reusable.ok) return this.outcome(execution, view, {}, {}, [], [this.reusable.why]);

    const found = await this.foundFiles();
    this.attribution.observe(await this.folder.look(), this.running.keys());
    const mine = this.attribution.ended(step, path => seen.written.has(path));
    const written: WrittenFile[] = [];
    for (const change of this.seenWrites(mine.seen, seen)) {
      this.liftDoubts(change.path, step);
      const file = await this.writtenFile(
        change,
        true,
        seen.read.has(change.path),
        doubts,
        succeeded
      );
      if (file !== null) written.push(file);
    }
    for (const change of mine.alone) {
      if (await this.isForeign(step, change)) {
        doubts.push(`${change.path} changed while it ran, and it was not seen to write it`);
        await this.takeAsFound(change.path, found);
        continue;
      }
      const file = await this.writtenFile(change, false, true, doubts, succeeded);
      if (file !== null) written.push(file);
    }
    await this.disown(mine.unattributed, found, doubts);
    this.doubt(execution, [...mine.open, ...mine.unattributed]);

    const above = leftAbove(this.ancestors(step), this.left);
    const read = await this.readStates(step, seen, written, found, above, doubts);
    const outside = await recordOutsideFiles(
      seen.outsideRead,
      seen.outsideWritten,
      execution.startedAt,
      this.folder.digests
    );
    if (!outside.reusable.ok) doubts.push(outside.reusable.why);

    written.sort((a, b) => (a.path < b.path ? -1 : 1));
    if (succeeded) this.left.set(step, written);
    this.memory.ownWrites.record(this.options.notebook, step, written);
    const rival = this.rival(step, written);
    if (rival !== null) doubts.push(rival);
    return this.outcome(execution, view, read, outside.files, written, doubts);
  }

  private outcome(
    execution: Execution,
    view: StepView,
    read: StepFiles['read'],
    outside: StepFiles['outside'],
    written: WrittenFile[],
    doubts: readonly string[]
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
      reusable: reasons.length === 0 ? YES : no(reasons.join('; '))
    };
  }

  /** What the step was seen to write: changes, and files that it rewrote within the grain of the clock, where none shows. */
  private seenWrites(changes: readonly ObservedChange[], seen: SeenPaths): ObservedChange[] {
    const changed = new Set(changes.map(({ path }) => path));
    const others = [...seen.written].filter(
      path => !changed.has(path) && this.folder.entry(path)?.kind === 'file'
    );
    const rewritten = others.map(path => ({ path, before: this.folder.known(path) }));
    this.folder.accept(others);
    return [...changes, ...rewritten];
  }

  /** @param isUpdate whether what was there before may have mattered. @returns null for what came and went */
  private async writtenFile(
    { path, before }: ObservedChange,
    seen: boolean,
    isUpdate: boolean,
    doubts: string[],
    keep: boolean
  ): Promise<WrittenFile | null> {
    const entry = this.folder.entry(path);
    const isKept = keep && entry?.kind === 'file' && entry.stamp.size <= this.limits.keptFileBytes;
    const copy = isKept ? await this.keep(path, before, doubts) : null;
    if (copy !== null && entry !== undefined) {
      this.folder.know(path, {
        kind: 'file',
        digest: copy.digest,
        size: copy.size,
        mode: entry.mode
      });
    }
    const state = await this.folder.state(path);
    if (state === null && before === null) return null;
    if (state?.kind === 'unreadable') doubts.push(`${path}, which it wrote, cannot be read`);
    const isAddedTo =
      before?.kind === 'file' && copy?.prefix === before.digest && copy.size > before.size;
    return {
      path,
      state,
      seen,
      update: isUpdate || isAddedTo || state === null,
      kept: copy !== null
    };
  }

  private async keep(
    path: string,
    before: FileState | null,
    doubts: string[]
  ): Promise<(Omit<FileDigest, 'stamp'> & { size: number }) | null> {
    const prefix = before?.kind === 'file' && before.size > 0 ? before.size : undefined;
    try {
      return await this.store.keep(join(this.folder.path, path), prefix);
    } catch (error) {
      // Gone or unreadable: its state says so. A full store is no reason to lose the step.
      if (error instanceof ChardError) doubts.push(error.message);
      return null;
    }
  }

  /**
   * Whether a change that nobody was seen to make is better not put down to a step: somebody may have edited a file of
   * theirs, which replaying would undo.
   */
  private async isForeign(step: string, { path, before }: ObservedChange): Promise<boolean> {
    if (before === null) return false;
    const after = await this.folder.state(path);
    if (sameState(before, after)) return false;
    const own = this.ownAtStart.get(path) ?? [];
    const isOurs = own.some(write => write.step === step) || this.isLeft(path);
    return after === null || !isOurs;
  }

  private isLeft(path: string): boolean {
    return [...this.left.values()].some(files => files.some(file => file.path === path));
  }

  private async takeAsFound(path: string, found: Map<string, FileState>): Promise<void> {
    const state = await this.folder.state(path);
    if (state === null) found.delete(path);
    else found.set(path, state);
  }

  private async disown(
    changes: readonly (ObservedChange & { readonly steps: readonly string[] })[],
    found: Map<string, FileState>,
    doubts: string[]
  ): Promise<void> {
    const created: { path: string; state: FileState | null; update: boolean }[] = [];
    for (const { path, before, steps } of changes) {
      doubts.push(
        `${path} changed while ${steps.join(' and ')} ran, and nothing tells which of them wrote it`
      );
      const isOurs = before === null || this.ownAtStart.has(path);
      if (isOurs) created.push({ path, state: await this.folder.state(path), update: true });
      await this.takeAsFound(path, found);
    }
    if (created.length > 0) this.memory.ownWrites.record(this.options.notebook, NOBODY, created);
  }

  private doubt(execution: Execution, changes: readonly ObservedChange[]): void {
    if (changes.length === 0) return;
    this.memory.ownWrites.doubt(
      execution.id,
      changes.map(({ path }) => path)
    );
  }

  /** A step has owned up to a path: the others that might have written it did not. */
  private liftDoubts(path: string, writer: string): void {
    for (const [step, { id }] of this.executions) {
      if (step !== writer) this.memory.ownWrites.liftDoubt(id, path);
    }
  }

  /** Files read or updated, as the pipeline's order says the step found them. */
  private async readStates(
    step: string,
    seen: SeenPaths,
    written: readonly WrittenFile[],
    found: ReadonlyMap<string, FileState>,
    above: ReadonlyMap<string, FileState | null>,
    doubts: string[]
  ): Promise<Record<string, FileState | null>> {
    const states: Record<string, FileState | null> = {};
    const mine = new Set(written.map(({ path }) => path));
    for (const path of seen.read) {
      if (mine.has(path)) continue;
      const expected = visible(path, found, above);
      states[path] = expected;
      if (!sameState(expected, await this.folder.state(path))) {
        doubts.push(this.readTooEarly(step, path));
      }
    }
    for (const { path, update } of written) {
      if (update) states[path] = visible(path, found, above);
    }
    return states;
  }

  private readTooEarly(step: string, path: string): string {
    const ancestors = this.ancestors(step);
    for (const [other, files] of this.left) {
      if (other !== step && !ancestors.has(other) && files.some(file => file.path === path)) {
        return `it read ${path}, which the step ${other} wrote without being declared to come before`;
      }
    }
    return `${path}, which it read, changed during the run`;
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
  private rival(step: string, written: readonly WrittenFile[]): string | null {
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
  private async freshView(step: string): Promise<StepView> {
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

  private ancestors(step: string): ReadonlySet<string> {
    const ancestors = this.options.steps.get(step);
    if (ancestors === undefined) {
      throw new ChardError('step-unknown', `The run has no step ${step}.`);
    }
    return ancestors;
  }

  private async foundFiles(): Promise<Map<string, FileState>> {
    this.found ??= this.reusable.ok ? await this.folder.all() : new Map();
    return this.found;
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

  private places(): { folder: string; store: FileStore; digests: WatchedFolder['digests'] } {
    return { folder: this.folder.path, store: this.store, digests: this.folder.digests };
  }

  /** One after the other: each works on what the one before found. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

/** Where the written files of all steps are kept. @param home `$CHARD_HOME` */
export function fileStore(home: string): FileStore {
  return new FileStore(join(home, 'files'));
}

/** Digests of the kept files that results still need. @param files of all results */
export function neededFiles(files: readonly unknown[]): Set<string> {
  const needed = new Set<string>();
  for (const each of files) {
    const record = StepFiles.safeParse(each);
    // A record that cannot be read cannot be reused either.
    if (!record.success) continue;
    needed.add(record.data.view);
    for (const { state } of record.data.written)
      if (state?.kind === 'file') needed.add(state.digest);
  }
  return needed;
}

function parseStepFiles(files: unknown): StepFiles {
  const record = StepFiles.safeParse(files);
  if (record.success) return record.data;
  throw new ChardError(
    'files-damaged',
    `The record of a step's files cannot be read: ${record.error.message}. Run the step again.`,
    { cause: record.error }
  );
}

function byPath(writes: readonly OwnWrite[]): Map<string, OwnWrite[]> {
  const grouped = new Map<string, OwnWrite[]>();
  for (const write of writes) grouped.set(write.path, [...(grouped.get(write.path) ?? []), write]);
  return grouped;
}

function no(why: string): Verdict {
  return { ok: false, why };
}

/** What a step finds at a path by the pipeline's order. */
function visible(
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
