import type { VolumeUse } from '@chard/core/run';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { ChardError } from '../../../errors';
import { removeTree, type FileDigest, type FileStore } from '../../../files';
import { filesBelow, isInVolume, nameOf } from './fileNames';
import { fileStore } from './fileStore';
import { realFolder, realName, realPath, type WatchedFolder } from './folder';
import { snapshotsFolder } from './frozen';
import { LayeredFolder, type RunFiles } from './layeredFolder';
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
import { checkOutsideFiles, isRecorded, recordOutsideFiles } from './outside';
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
import type { LayeredVolume, VolumeMounts } from './volumes';

const YES: Verdict = { ok: true };

/** One execution of a step. */
export interface Execution {
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
}

/** The paths of `SeenFiles`, sorted by where they are. */
export interface SeenPaths {
  /** In the folder and the volumes that are as the snapshot has them, by the names of the records. */
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  readonly outsideRead: ReadonlySet<string>;
  readonly outsideWritten: ReadonlySet<string>;
}

/** What is settled of a run before its first step. */
export interface RunSetting {
  readonly mode: WorkspaceMode;
  readonly mounts: VolumeMounts;
  /** What the snapshot has not, or not for certain as it was. */
  readonly problems: readonly FileProblem[];
}

/** How a step left the notebook's folder. */
export interface FolderOutcome {
  readonly written: readonly WrittenFile[];
  readonly read: StepFiles['read'];
  readonly notices: readonly FileProblem[];
}

/** A volume of which each step has the snapshot to itself. */
interface Volume {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly live: WatchedFolder;
  readonly layered: LayeredFolder;
}

/**
 * What a run knows of its files, wherever its steps work: what each step finds and left, whether earlier results hold. Where the steps
 * work in the notebook's folder and how their writing there is found out is the heirs' part.
 */
export abstract class StepRecords implements RunWorkspace {
  protected readonly store: FileStore;
  protected readonly running = new Map<string, Execution>();
  protected readonly executions = new Map<string, Execution>();
  protected readonly views = new Map<string, StepView>();
  protected readonly left = new Map<string, readonly WrittenFile[]>();
  /** As they were when the run started: the views of a run must not change under it. */
  protected readonly ownAtStart: ReadonlyMap<string, readonly OwnWrite[]>;
  private readonly layeredVolumes: readonly Volume[];
  /** Volumes of which somebody was told that what is written there is in the run. */
  private readonly toldVolumes = new Set<string>();
  /** What of the snapshot could not be put where steps look for it, until a step has told it. */
  private untold: readonly FileProblem[] | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    protected readonly options: WorkspaceOptions,
    protected readonly limits: WorkspaceLimits,
    /** The one in which the notebook is. */
    protected folder: WatchedFolder,
    protected readonly memory: WorkspaceMemory,
    readonly reusable: Verdict,
    private readonly setting: RunSetting
  ) {
    this.store = fileStore(options.home);
    this.ownAtStart = byPath(memory.ownWrites.of(options.notebook));
    // Nowhere else is what is written to a volume: it is kept whatever its size.
    const files = this.runFiles(Infinity);
    this.layeredVolumes = this.mounts.layered.map(each => layeredVolume(each, files));
  }

  /** Puts what a reused step wrote into the notebook's folder. @returns what could not be put there */
  protected abstract putBack(
    step: string,
    written: readonly WrittenFile[]
  ): Promise<readonly FileProblem[]>;
  /** Where a step that has begun works, but for the volumes. */
  protected abstract placeInFolder(step: string): Omit<StepPlace, 'mounts'>;
  /** Takes away what was made for the notebook's folder. */
  protected abstract closeFolder(): Promise<void>;
  /** What each path holds before any step of this run; where steps work in the folder itself, with what others changed meanwhile. */
  protected abstract foundInFolder(): Promise<Map<string, FileState>>;
  /** Makes ready what the step needs in order to start. @returns what of the snapshot could not be put there */
  protected abstract begin(step: string): Promise<readonly FileProblem[]>;
  /** Finds out what a step has left in the notebook's folder. */
  protected abstract end(
    step: string,
    execution: Execution,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean,
    doubts: string[]
  ): Promise<FolderOutcome>;

  get mode(): WorkspaceMode {
    return this.setting.mode;
  }

  get volumes(): readonly VolumeUse[] {
    return this.mounts.uses;
  }

  get problems(): readonly FileProblem[] {
    const ofVolumes = this.layeredVolumes.flatMap(({ path, live }) =>
      live.problems.map(problem => ({ ...problem, path: nameOf(path, problem.path) }))
    );
    return [...this.setting.problems, ...this.folder.problems, ...ofVolumes];
  }

  private get mounts(): VolumeMounts {
    return this.setting.mounts;
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
      const outside = await this.checkOutside(record);
      if (!outside.ok) return outside;
      const volumes = this.checkVolumes(record.written);
      return volumes.ok ? checkReplay(filesBelow(null, record.written), this.places()) : volumes;
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
      const outside = await this.checkOutside(record);
      return outside.ok ? null : outside.why;
    });
  }

  replay(step: string, files: unknown): Promise<readonly FileProblem[]> {
    return this.inTurn(async () => {
      const { written } = parseStepFiles(files);
      const problems = await this.putBack(step, filesBelow(null, written));
      this.left.set(step, written);
      this.remember(step, written);
      return [...problems, ...this.tellOfVolumes(written)];
    });
  }

  adopt(step: string, files: unknown): void {
    this.left.set(step, parseStepFiles(files).written);
  }

  started(step: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.views.has(step)) await this.freshView(step);
      const problems = [...(await this.mounts.make()), ...(await this.begin(step))];
      for (const { layered } of this.layeredVolumes) {
        problems.push(...(await layered.problems()));
        await layered.begin(step);
      }
      this.untold ??= problems;
      const execution = { id: randomUUID(), startedAt: BigInt(Date.now()) * 1_000_000n };
      this.running.set(step, execution);
      this.executions.set(step, execution);
    });
  }

  demandThere(): void {
    const { frozen, home } = this.options;
    realFolder(this.folder.path);
    if (frozen !== null) realFolder(snapshotsFolder(home));
  }

  place(step: string): StepPlace {
    const { directory, overlays } = this.placeInFolder(step);
    const ofVolumes = this.layeredVolumes.map(({ layered }) => layered.overlay(step));
    return {
      directory,
      overlays: [...overlays, ...ofVolumes],
      mounts: this.mounts.mounts(directory)
    };
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      await this.closeFolder();
      for (const { layered } of this.layeredVolumes) await layered.close();
      await this.mounts.remove();
      removeIfEmpty(this.options.frozen?.folder);
    });
  }

  finished(step: string, seen: SeenFiles | null, succeeded: boolean): Promise<StepOutcome> {
    return this.inTurn(async () => {
      const execution = this.running.get(step);
      if (execution === undefined) {
        throw new ChardError('step-unknown', `The step ${step} has ended, but was never started.`);
      }
      const view = this.views.get(step) ?? (await this.freshView(step));
      const doubts: string[] = succeeded ? [] : ['it did not succeed'];
      const paths = this.sort(seen);
      const ofVolumes = await this.endInVolumes(step, paths, seen, succeeded, doubts);
      const folder = await this.end(step, execution, paths, seen, succeeded, doubts);
      const outside = await this.outsideFiles(execution, paths, doubts);
      const written = [...folder.written, ...ofVolumes.written];
      const read = { ...folder.read, ...ofVolumes.read };
      if (succeeded) this.left.set(step, written);
      this.remember(step, written);
      const rival = this.rival(step, written);
      if (rival !== null) doubts.push(rival);
      const notices = [...(this.untold ?? []), ...folder.notices, ...ofVolumes.notices];
      this.untold = [];
      this.running.delete(step);
      this.folder.digests.save();
      const files = this.stepFiles(execution, view, read, outside, written, doubts);
      return { files, notices, reusable: this.verdict(doubts) };
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

  private stepFiles(
    { id }: Execution,
    view: StepView,
    read: StepFiles['read'],
    outside: StepFiles['outside'],
    written: WrittenFile[],
    doubts: string[]
  ): StepFiles {
    try {
      this.store.keepText(viewText(view.files));
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      doubts.push(error.message);
    }
    const files = { version: 1, execution: id, view: view.digest, read, outside, written } as const;
    const { frozen } = this.options;
    return frozen === null || this.mode.way === 'live'
      ? files
      : { ...files, snapshot: frozen.snapshot };
  }

  private verdict(doubts: readonly string[]): Verdict {
    if (!this.reusable.ok) return this.reusable;
    return doubts.length === 0 ? YES : no(doubts.join('; '));
  }

  /** What a step opened outside of the folder and the volumes that are as the snapshot has them. */
  private async outsideFiles(
    { startedAt }: Execution,
    { outsideRead, outsideWritten }: SeenPaths,
    doubts: string[]
  ): Promise<StepFiles['outside']> {
    if (!this.reusable.ok) return {};
    const { files, reusable } = await recordOutsideFiles(
      outsideRead,
      outsideWritten,
      startedAt,
      this.folder.digests,
      path => this.mounts.found(path)
    );
    if (!reusable.ok) doubts.push(reusable.why);
    return files;
  }

  private checkOutside({ outside }: StepFiles): Promise<Verdict> {
    return checkOutsideFiles(outside, this.folder.digests, path => this.mounts.state(path));
  }

  /** Whether what a stored result left in volumes can be shown to the steps below. */
  private checkVolumes(written: readonly WrittenFile[]): Verdict {
    const unknown = written.find(({ path }) => isInVolume(path) && this.volumeOf(path) === null);
    if (unknown !== undefined) {
      return no(`${unknown.path} is in no volume of which this run has the snapshot`);
    }
    for (const { layered } of this.layeredVolumes) {
      const verdict = layered.canShow(written);
      if (!verdict.ok) return verdict;
    }
    return YES;
  }

  private async endInVolumes(
    step: string,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean,
    doubts: string[]
  ): Promise<FolderOutcome> {
    const written: WrittenFile[] = [];
    const read: StepFiles['read'] = {};
    const notices: FileProblem[] = [];
    for (const { layered } of this.layeredVolumes) {
      const outcome = await layered.end(step, seen, told, doubts, succeeded);
      written.push(...outcome.written);
      Object.assign(read, outcome.read);
      const lost = outcome.written.find(({ state, kept }) => state?.kind === 'file' && !kept);
      if (!succeeded) notices.push(...setAside(layered, step, outcome.written));
      else if (lost) notices.push({ path: lost.path, message: notKept(layered.stay(step)) });
    }
    if (succeeded) notices.push(...this.tellOfVolumes(written));
    return { written, read, notices };
  }

  /** Who looks for results in a volume's folder should know where they are: once a volume. */
  private tellOfVolumes(written: readonly WrittenFile[]): FileProblem[] {
    if (this.options.frozen?.brings !== true) return [];
    const notices: FileProblem[] = [];
    for (const volume of this.layeredVolumes) {
      const own = written.filter(({ path }) => this.volumeOf(path) === volume);
      if (own.length === 0 || this.toldVolumes.has(volume.name)) continue;
      this.toldVolumes.add(volume.name);
      notices.push({ path: volume.path, message: keptInRun(volume, own) });
    }
    return notices;
  }

  private volumeOf(path: string): Volume | null {
    return this.layeredVolumes.find(each => path.startsWith(`${each.path}/`)) ?? null;
  }

  protected runFiles(keptFileBytes: number): RunFiles {
    return {
      left: this.left,
      places: { store: this.store, digests: this.folder.digests },
      keptFileBytes,
      ancestors: step => this.ancestors(step),
      keep: (path, before, doubts) => this.keep(path, before, doubts)
    };
  }

  /** What each path holds before any step of this run. */
  private async foundFiles(): Promise<ReadonlyMap<string, FileState>> {
    const found = await this.foundInFolder();
    if (this.layeredVolumes.length === 0) return found;
    const all = new Map<string, FileState>(found);
    for (const { layered } of this.layeredVolumes) {
      for (const [path, state] of layered.states()) all.set(path, state);
    }
    return all;
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
      const volume = this.layeredVolumes.find(({ live }) => live.contains(path));
      if (this.folder.contains(path)) {
        const relative = this.folder.inside(path);
        if (relative !== null) inside.add(relative);
      } else if (volume !== undefined) {
        const relative = volume.live.inside(path);
        if (relative !== null) inside.add(nameOf(volume.path, relative));
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
    this.memory.ownWrites.record(this.options.notebook, step, filesBelow(null, written));
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

function layeredVolume({ volume, folder, frozen }: LayeredVolume, files: RunFiles): Volume {
  const { name, path } = volume;
  return { name, path, live: folder, layered: new LayeredFolder(path, folder, frozen, files) };
}

/** What a failed step wrote is not put into the folder, and not thrown away. */
export function setAside(
  layered: LayeredFolder,
  step: string,
  written: readonly WrittenFile[]
): FileProblem[] {
  const folder = layered.setAside(step, written);
  if (folder === null) return [];
  const path = written.find(({ state }) => state !== null)?.path ?? '';
  return [
    {
      path,
      message: `What the step "${step}" wrote before it ended was not put into your folder. It is in ${folder}, until the run is resumed or deleted.`
    }
  ];
}

function notKept(folder: string): string {
  return `It could not be kept with the run. It is in ${folder}, until the run is resumed or deleted.`;
}

function keptInRun({ name, path }: Volume, written: readonly WrittenFile[]): string {
  const files = written.map(file => file.path.slice(path.length + 1));
  const what = files.length === 1 ? String(files[0]) : `${files.length} files: ${listed(files)}`;
  return (
    `What the step wrote to the volume "${name}" (${what}) is kept in the run, and the folder stays as it is: the run works on the volume's snapshot. ` +
    'Restore the run with its results to have it; take the volume out of snapshots to have runs write to the folder itself.'
  );
}

function removeIfEmpty(folder: string | undefined): void {
  if (folder !== undefined && existsSync(folder) && readdirSync(folder).length === 0) {
    removeTree(folder);
  }
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
