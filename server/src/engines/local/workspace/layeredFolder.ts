import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Overlay } from '@chard/core/protocol';
import { isWithin } from '@chard/core/snapshot';
import { isConfined, removeTree, removeTreeAside, type FileDigest } from '../../../files';
import { filesBelow, nameOf, relativeName, type Root } from './fileNames';
import type { WatchedFolder } from './folder';
import { freshFolder, type Frozen } from './frozen';
import { hiddenPaths, readLayer, type Layer } from './layer';
import type { FileProblem, FileState, SeenFiles, StepFiles, Verdict, WrittenFile } from './model';
import { leftAbove } from './relevance';
import { replay, type ReplayPlaces } from './replay';
import type { ManifestEntry } from './scan';
import { sameState } from './states';

type Above = ReadonlyMap<string, FileState | null>;

/** What a run knows that its folders have in common. */
export interface RunFiles {
  /** What the steps have left, by step, in the order in which they ended. */
  readonly left: ReadonlyMap<string, readonly WrittenFile[]>;
  readonly places: Pick<ReplayPlaces, 'store' | 'digests'>;
  /** A written file larger than this is not kept. */
  readonly keptFileBytes: number;
  ancestors(step: string): ReadonlySet<string>;
  /** Puts a written file into the store; null where it cannot be kept. */
  keep(
    path: string,
    before: FileState | null,
    doubts: string[]
  ): Promise<(Omit<FileDigest, 'stamp'> & { size: number }) | null>;
}

/** How a step left a folder. Files are named as in the run's records. */
export interface LayeredOutcome {
  readonly written: WrittenFile[];
  readonly read: StepFiles['read'];
}

/**
 * A folder of which each step has the snapshot, and what the steps above it left, to itself: the notebook's, or a volume. What it writes is put
 * apart, so it is certain whose a file is, and nothing has to be looked for.
 */
export class LayeredFolder {
  /** By step: the folder that holds what it wrote, below `frozen.home`. */
  private readonly layers = new Map<string, string>();
  private readonly overlays = new Map<string, Overlay>();
  /** Folders of what is nowhere else. */
  private readonly unfinished = new Set<string>();
  private count = 0;

  constructor(
    private readonly root: Root,
    private readonly folder: WatchedFolder,
    private readonly frozen: Frozen,
    private readonly run: RunFiles
  ) {}

  /** What the snapshot has, by the names of the run's records. */
  *states(): Generator<readonly [string, FileState]> {
    for (const [path, state] of this.frozen.states) yield [nameOf(this.root, path), state];
  }

  /** What of the snapshot could not be put there. @throws ChardError `workspace-full`, `snapshot-damaged`, ... */
  async problems(): Promise<FileProblem[]> {
    const { problems } = await this.frozen.base();
    return problems.map(({ path, message }) => ({ path: nameOf(this.root, path), message }));
  }

  /** Makes ready what a step sees. @throws ChardError `workspace-full`, `kept-file-missing`, ... */
  async begin(step: string): Promise<void> {
    const { home } = this.frozen;
    const base = await this.frozen.base();
    const upper = this.freshName('wrote');
    const work = this.freshName('work');
    for (const name of [upper, work]) freshFolder(join(home, name));
    const above = this.above(step);
    const layers: string[] = [];
    for (const each of this.run.left.keys()) {
      if (this.run.ancestors(step).has(each)) layers.unshift(...(await this.layerOf(each)));
    }
    const absent = [...above].filter(
      ([path, state]) => state === null && this.frozen.states.has(path)
    );
    this.layers.set(step, upper);
    this.overlays.set(step, {
      folder: this.folder.path,
      home,
      layers: [...layers, ...base.layers],
      upper,
      work,
      shared: [...base.shared],
      absent: [...absent.map(([path]) => path), ...absentOf(base.gone, above)],
      protected: [...this.frozen.protected, ...base.protected]
    });
  }

  /** What a step that has begun sees. */
  overlay(step: string): Overlay {
    const overlay = this.overlays.get(step);
    if (overlay === undefined) throw new Error(`The step ${step} was never started.`);
    return overlay;
  }

  /** Absolute path of what a step that has begun has written. */
  layer(step: string): string {
    return join(this.frozen.home, this.layers.get(step) as string);
  }

  /**
   * Looks at what a step has left.
   * @param seen paths by the names of the run's records @param told as the runner said it @param keep whether the files go into the store
   */
  async end(
    step: string,
    seen: { readonly read: ReadonlySet<string>; readonly written: ReadonlySet<string> },
    told: SeenFiles | null,
    doubts: string[],
    keep: boolean
  ): Promise<LayeredOutcome> {
    const above = this.above(step);
    const own = { read: this.ownPaths(seen.read), written: this.ownPaths(seen.written) };
    const anew = (told?.opaque ?? []).filter(path => isWithin(path, this.folder.path));
    const layer = await readLayer(
      this.layer(step),
      anew.map(path => relative(this.folder.path, path))
    );
    const written = await this.writtenFiles(this.layer(step), layer, above, own, doubts, keep);
    const read = this.readStates(own.read, written, above);
    const named = (path: string): string => nameOf(this.root, path);
    return {
      written: written.map(file => ({ ...file, path: named(file.path) })),
      read: Object.fromEntries(Object.entries(read).map(([path, state]) => [named(path), state]))
    };
  }

  /** Nothing that the step wrote is seen by others; it is not thrown away. @returns where it is; null where there is nothing */
  setAside(step: string, written: readonly WrittenFile[]): string | null {
    const folder = this.layer(step);
    const name = this.layers.get(step) as string;
    this.layers.delete(step);
    if (written.every(({ state }) => state === null)) {
      removeTree(folder);
      return null;
    }
    this.unfinished.add(name);
    return folder;
  }

  /** What a step wrote stays where it is when the run has ended. @returns where */
  stay(step: string): string {
    this.unfinished.add(this.layers.get(step) as string);
    return this.layer(step);
  }

  /** Whether what a stored result left can be shown to the steps below. @param written of this folder alone */
  canShow(written: readonly WrittenFile[]): Verdict {
    for (const file of filesBelow(this.root, written)) {
      const { path, state } = file;
      const name = nameOf(this.root, path);
      if (!isConfined(path)) return { ok: false, why: `${name} leads elsewhere` };
      if (state?.kind === 'unreadable') return { ok: false, why: `${name} could not be kept` };
      const isInSnapshot = sameState(this.frozen.states.get(path), state);
      const isKept = state?.kind === 'file' && file.kept && this.run.places.store.has(state.digest);
      if (state?.kind === 'file' && !isInSnapshot && !isKept) {
        return { ok: false, why: `no copy of ${name} was kept` };
      }
    }
    return { ok: true };
  }

  /** Takes away all but what is nowhere else. */
  async close(): Promise<void> {
    const { home } = this.frozen;
    await this.frozen.release();
    if (this.unfinished.size === 0) return this.frozen.remove();
    for (const name of existsSync(home) ? readdirSync(home) : []) {
      if (!this.unfinished.has(name)) await removeTreeAside(join(home, name));
    }
  }

  /** The names of the layers that hold what a finished step left: one, or none where it left nothing. */
  private async layerOf(step: string): Promise<string[]> {
    const written = filesBelow(this.root, this.run.left.get(step) ?? []);
    if (written.length === 0) return [];
    const known = this.layers.get(step);
    if (known !== undefined) return [known];
    const name = this.freshName('left');
    const folder = freshFolder(join(this.frozen.home, name));
    this.layers.set(step, name);
    const needed = written.filter(file => file.state !== null && !this.isInBase(step, file));
    await replay(needed, { ...this.run.places, folder });
    return [name];
  }

  /** Whether a file that a step left is in the snapshot already, and no other step has left another in its place. */
  private isInBase(step: string, { path, state }: WrittenFile): boolean {
    const name = nameOf(this.root, path);
    const isElsewhere = [...this.run.left].some(
      ([other, files]) => other !== step && files.some(file => file.path === name)
    );
    return !isElsewhere && sameState(this.frozen.states.get(path), state);
  }

  private async writtenFiles(
    folder: string,
    layer: Layer,
    above: Above,
    seen: { readonly read: ReadonlySet<string>; readonly written: ReadonlySet<string> },
    doubts: string[],
    keep: boolean
  ): Promise<WrittenFile[]> {
    const before = (path: string): FileState | null => this.visible(path, above);
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
    const isKept = keep && size <= this.run.keptFileBytes;
    const copy = isKept ? await this.run.keep(path, before, doubts) : null;
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
    seen: ReadonlySet<string>,
    written: readonly WrittenFile[],
    above: Above
  ): StepFiles['read'] {
    const states: Record<string, FileState | null> = {};
    const mine = new Set(written.map(({ path }) => path));
    const built = written.filter(({ update }) => update).map(({ path }) => path);
    const read = [...seen].filter(path => !mine.has(path));
    for (const path of [...read, ...built]) states[path] = this.visible(path, above);
    return states;
  }

  private visible(path: string, above: Above): FileState | null {
    const left = above.get(path);
    return left === undefined ? (this.frozen.states.get(path) ?? null) : left;
  }

  private above(step: string): Map<string, FileState | null> {
    const own = new Map<string, FileState | null>();
    for (const [name, state] of leftAbove(this.run.ancestors(step), this.run.left)) {
      const path = relativeName(this.root, name);
      if (path !== null) own.set(path, state);
    }
    return own;
  }

  private ownPaths(names: ReadonlySet<string>): Set<string> {
    const paths = [...names].map(name => relativeName(this.root, name));
    return new Set(paths.filter(path => path !== null));
  }

  private freshName(kind: string): string {
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
