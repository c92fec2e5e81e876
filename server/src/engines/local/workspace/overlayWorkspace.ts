import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '@chard/core/snapshot';
import { removeTree, removeTreeAside } from '../../../files';
import type { WatchedFolder } from './folder';
import { freshFolder, type Frozen } from './frozen';
import { hiddenPaths, readLayer, type Layer } from './layer';
import { LiveFolder } from './liveFolder';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  FileState,
  SeenFiles,
  StepFiles,
  StepOutcome,
  StepPlace,
  StepView,
  WorkspaceLimits,
  WorkspaceMode,
  WorkspaceOptions,
  WrittenFile
} from './model';
import { recordOutsideFiles } from './outside';
import { leftAbove } from './relevance';
import { replay } from './replay';
import type { ManifestEntry } from './scan';
import { sameState } from './states';
import {
  parseStepFiles,
  StepRecords,
  visible,
  type Execution,
  type SeenPaths
} from './stepRecords';
import type { VolumeMounts } from './volumes';

type Above = ReadonlyMap<string, FileState | null>;

/**
 * Each step works over the snapshot and what the steps above it left, in the folder's place, and what it writes is put apart. So it is
 * certain whose a file is, and nothing has to be looked for.
 */
export class OverlayWorkspace extends StepRecords {
  private readonly live: LiveFolder;
  /** By step: the folder that holds what it wrote, below `frozen.home`. */
  private readonly layers = new Map<string, string>();
  private readonly places_ = new Map<string, StepPlace>();
  /** Folders of executions that did not succeed, whose files are nowhere else. */
  private readonly unfinished = new Set<string>();
  /** What of the snapshot could not be put there, until a step has told it. */
  private untold: readonly FileProblem[] | null = null;
  private count = 0;

  constructor(
    options: WorkspaceOptions,
    limits: WorkspaceLimits,
    folder: WatchedFolder,
    memory: WorkspaceMemory,
    private readonly frozen: Frozen,
    readonly mode: WorkspaceMode,
    mounts: VolumeMounts
  ) {
    super(options, limits, folder, memory, { ok: true }, mounts);
    this.live = new LiveFolder(this.places(), frozen);
  }

  replay(step: string, files: unknown): Promise<readonly FileProblem[]> {
    return this.inTurn(async () => {
      const { written } = parseStepFiles(files);
      const problems = await this.live.bring(step, written, null);
      this.left.set(step, written);
      this.remember(step, written);
      return problems;
    });
  }

  place(step: string): StepPlace {
    const place = this.places_.get(step);
    if (place === undefined) throw new Error(`The step ${step} was never started.`);
    return place;
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      const { home } = this.frozen;
      await this.frozen.release();
      await this.mounts.remove();
      if (this.unfinished.size === 0) return this.frozen.remove();
      for (const name of existsSync(home) ? readdirSync(home) : []) {
        if (!this.unfinished.has(name)) await removeTreeAside(join(home, name));
      }
    });
  }

  protected foundFiles(): Promise<Map<string, FileState>> {
    return Promise.resolve(this.frozen.states);
  }

  protected async begin(step: string): Promise<void> {
    const { home } = this.frozen;
    const base = await this.frozen.base();
    this.untold ??= base.problems;
    const upper = this.name('wrote');
    const work = this.name('work');
    for (const name of [upper, work]) freshFolder(join(home, name));
    const above = this.above(step);
    const layers: string[] = [];
    for (const each of this.left.keys()) {
      if (this.ancestors(step).has(each)) layers.unshift(...(await this.layerOf(each)));
    }
    const absent = [...above].filter(
      ([path, state]) => state === null && this.frozen.states.has(path)
    );
    this.layers.set(step, upper);
    this.places_.set(step, {
      directory: this.folder.path,
      mounts: this.mounts.mounts(this.folder.path),
      overlay: {
        folder: this.folder.path,
        home,
        layers: [...layers, ...base.layers],
        upper,
        work,
        shared: [...base.shared],
        absent: [...absent.map(([path]) => path), ...absentOf(base.gone, above)],
        protected: [...this.frozen.protected, ...base.protected]
      }
    });
  }

  /** The names of the layers that hold what a finished step left: one, or none where it left nothing. */
  private async layerOf(step: string): Promise<string[]> {
    const written = this.left.get(step) ?? [];
    if (written.length === 0) return [];
    const known = this.layers.get(step);
    if (known !== undefined) return [known];
    const name = this.name('left');
    const folder = freshFolder(join(this.frozen.home, name));
    this.layers.set(step, name);
    const needed = written.filter(file => file.state !== null && !this.isInBase(step, file));
    await replay(needed, { ...this.places(), folder });
    return [name];
  }

  /** Whether a file that a step left is in the snapshot already, and no other step has left another in its place. */
  private isInBase(step: string, { path, state }: WrittenFile): boolean {
    const isElsewhere = [...this.left].some(
      ([other, files]) => other !== step && files.some(file => file.path === path)
    );
    return !isElsewhere && sameState(this.frozen.states.get(path), state);
  }

  protected async end(
    step: string,
    execution: Execution,
    view: StepView,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean
  ): Promise<StepOutcome> {
    const doubts: string[] = succeeded ? [] : ['it did not succeed'];
    const name = this.layers.get(step) as string;
    const folder = join(this.frozen.home, name);
    const above = this.above(step);
    const layer = await readLayer(folder, told?.opaque ?? []);
    const written = await this.writtenFiles(folder, layer, above, seen, doubts, succeeded);
    const read = this.readStates(seen, written, above);
    const outside = await recordOutsideFiles(
      seen.outsideRead,
      seen.outsideWritten,
      execution.startedAt,
      this.folder.digests,
      path => this.mounts.found(path)
    );
    if (!outside.reusable.ok) doubts.push(outside.reusable.why);
    let notices: readonly FileProblem[];
    if (succeeded) {
      this.left.set(step, written);
      notices = await this.live.bring(step, written, folder);
    } else {
      this.layers.delete(step);
      notices = this.setAside(step, name, written);
    }
    notices = [...(this.untold ?? []), ...notices];
    this.untold = [];
    this.remember(step, written);
    const rival = this.rival(step, written);
    if (rival !== null) doubts.push(rival);
    const outcome = this.outcome(execution, view, read, outside.files, written, doubts, notices);
    const { snapshot } = this.frozen;
    return { ...outcome, files: { ...outcome.files, snapshot } };
  }

  private async writtenFiles(
    folder: string,
    layer: Layer,
    above: Above,
    seen: SeenPaths,
    doubts: string[],
    keep: boolean
  ): Promise<WrittenFile[]> {
    const before = (path: string): FileState | null => visible(path, this.frozen.states, above);
    const written: WrittenFile[] = [];
    const add = (path: string, state: FileState | null, kept: boolean, isUpdate: boolean): void => {
      const isSeen = seen.written.has(path);
      const former = before(path);
      if (sameState(former, state) && !(isSeen && state !== null)) return;
      const builtOn = isUpdate || seen.read.has(path) || !isSeen || state === null;
      written.push({ path, state, seen: isSeen, update: former !== null && builtOn, kept });
    };
    for (const [path, entry] of layer.files) {
      if (this.folder.leavesOut(path, false)) continue;
      if (entry.kind !== 'file') {
        add(path, { kind: 'link', target: entry.target }, false, false);
        continue;
      }
      const { state, kept, isAddedTo } = await this.fileState(
        join(folder, path),
        entry,
        before(path),
        keep,
        doubts
      );
      add(path, state, kept, isAddedTo);
    }
    const lower = new Set([...this.frozen.states.keys(), ...above.keys()]);
    for (const path of hiddenPaths(layer, lower)) {
      if (before(path) !== null) add(path, null, false, true);
    }
    for (const [path, { mode }] of layer.emptyFolders) {
      const isEmpty = ![...lower].some(each => each.startsWith(`${path}/`));
      const isLeftOut = this.folder.leavesOut(path, true);
      if (isEmpty && !isLeftOut && before(path) === null) {
        written.push({
          path,
          state: { kind: 'folder', mode },
          seen: true,
          update: false,
          kept: false
        });
      }
    }
    return written.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private async fileState(
    path: string,
    entry: ManifestEntry,
    before: FileState | null,
    keep: boolean,
    doubts: string[]
  ): Promise<{ state: FileState; kept: boolean; isAddedTo: boolean }> {
    const { size } = entry.stamp;
    const { mode } = entry;
    const isKept = keep && size <= this.limits.keptFileBytes;
    const copy = isKept ? await this.keep(path, before, doubts) : null;
    if (copy !== null) {
      const isAddedTo =
        before?.kind === 'file' && copy.prefix === before.digest && copy.size > before.size;
      const state: FileState = { kind: 'file', digest: copy.digest, size: copy.size, mode };
      return { state, kept: true, isAddedTo };
    }
    try {
      const { digest } = await this.folder.digests.read(path);
      return { state: { kind: 'file', digest, size, mode }, kept: false, isAddedTo: false };
    } catch {
      doubts.push(`a file that it wrote cannot be read: ${path}`);
      const modified = String(entry.stamp.modified);
      return { state: { kind: 'unreadable', size, modified }, kept: false, isAddedTo: false };
    }
  }

  /** Files read or built on: a step finds them as the pipeline's order says, whatever else goes on. */
  private readStates(
    seen: SeenPaths,
    written: readonly WrittenFile[],
    above: Above
  ): StepFiles['read'] {
    const states: Record<string, FileState | null> = {};
    const mine = new Set(written.map(({ path }) => path));
    const built = written.filter(({ update }) => update).map(({ path }) => path);
    const read = [...seen.read].filter(path => !mine.has(path));
    for (const path of [...read, ...built]) {
      states[path] = visible(path, this.frozen.states, above);
    }
    return states;
  }

  /** What a failed step wrote is not put into the folder, and not thrown away. */
  private setAside(step: string, name: string, written: readonly WrittenFile[]): FileProblem[] {
    const files = written.filter(({ state }) => state !== null);
    const folder = join(this.frozen.home, name);
    if (files.length === 0) {
      removeTree(folder);
      return [];
    }
    this.unfinished.add(name);
    return [
      {
        path: files[0]?.path ?? '',
        message: `What the step "${step}" wrote before it ended was not put into your folder. It is in ${folder}, until the run is resumed or deleted.`
      }
    ];
  }

  private above(step: string): Map<string, FileState | null> {
    return leftAbove(this.ancestors(step), this.left);
  }

  private name(kind: string): string {
    this.count += 1;
    return `${kind}-${this.count}`;
  }
}

/** What of the layers below is gone, and was not made again by a step: the uppermost paths. @param gone a folder before what is in it */
function absentOf(gone: readonly string[], above: Above): string[] {
  const made = [...above].flatMap(([path, state]) => (state === null ? [] : [path]));
  const absent: string[] = [];
  for (const path of gone) {
    if (made.some(each => isWithin(each, path)) || absent.some(each => isWithin(path, each))) {
      continue;
    }
    absent.push(path);
  }
  return absent;
}
