import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Mount } from '@chard/core/protocol';
import type { Pipeline } from '@chard/core/pipeline';
import type { VolumeUse } from '@chard/core/run';
import type { SnapshotProblem, SnapshotSource } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import { ChardError } from '../../../errors';
import { removeTreeAside } from '../../../files';
import type { Base } from '../../../snapshots/snapshotStore';
import { realFolder, WatchedFolder } from './folder';
import { freeze, frozenState, type Frozen } from './frozen';
import { isLarge } from './frozenBase';
import { demandWhole, tooLarge } from './frozenTree';
import { MAX_STEPS, sharesBlocks } from './isolation';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  FileState,
  FrozenOptions,
  StepVolume,
  WorkspaceLimits,
  WorkspaceMode,
  WorkspaceOptions
} from './model';

/** The folders of a notebook's volumes; one that has none here is left out. @param notebook absolute path */
export function stepVolumes(
  notebook: string,
  { volumes }: Pick<Pipeline, 'volumes'>
): StepVolume[] {
  return volumes.flatMap(({ name, folder, mountPoint, readOnly }) => {
    const place = resolve(dirname(notebook), folder ?? mountPoint);
    if (!existsSync(place) || !statSync(place).isDirectory()) return [];
    return [{ name, path: realpathSync(place), readOnly }];
  });
}

/** A volume of which each step has the snapshot to itself. */
export interface LayeredVolume {
  readonly volume: StepVolume;
  readonly folder: WatchedFolder;
  readonly frozen: Frozen;
}

type SharedTree = Pick<Exclude<Base, { way: 'none' }>, 'path' | 'release'>;

/** What steps see: the folder itself, the snapshot to be read only, or the snapshot below what they write. */
type View = 'itself' | 'shown' | 'layered';

interface Planned {
  readonly volume: StepVolume;
  readonly use: VolumeUse;
  readonly view: View;
  /** What the snapshot has of it; null for nothing that matters to the view. */
  readonly source: SnapshotSource | null;
}

/** What is the same for all volumes of a run. */
interface Circumstances {
  /** The notebook's. */
  readonly folder: string;
  readonly home: string;
  readonly frozen: FrozenOptions | null;
  readonly mode: WorkspaceMode;
  readonly limits: WorkspaceLimits;
  readonly steps: number;
  /** Why a step can have no mounts of its own; null where it can. */
  readonly problem: string | null;
  readonly sources: readonly SnapshotSource[];
}

/**
 * How steps get a notebook's volumes. Beside the notebook's folder a volume is as the snapshot has it: one that is read-only cannot be
 * written to, of any other each step has the snapshot to itself. Where the system has no mounts for a step, and where the volume is not in the
 * snapshot, it is the folder itself.
 */
export class VolumeMounts {
  private made: Promise<readonly FileProblem[]> | null = null;
  /** Trees that runs share, by source. */
  private readonly shared = new Map<string, SharedTree>();

  private constructor(
    private readonly planned: readonly Planned[],
    /** Those of `planned` that are layered. */
    readonly layered: readonly LayeredVolume[],
    /** The notebook's. */
    private readonly folder: string,
    private readonly frozen: FrozenOptions | null
  ) {}

  /** @param sources what the snapshot has; none where there is none. @throws ChardError `folder-unavailable`, ... */
  static async plan(
    { notebook, home, volumes, steps, mountProblem, frozen }: WorkspaceOptions,
    sources: readonly SnapshotSource[],
    mode: WorkspaceMode,
    limits: WorkspaceLimits,
    memory: WorkspaceMemory
  ): Promise<VolumeMounts> {
    const folder = realFolder(dirname(notebook));
    const isProblem = frozen !== null || volumes.some(({ readOnly }) => readOnly);
    const problem = volumes.length > 0 && isProblem ? await mountProblem() : null;
    const circumstances: Circumstances = {
      ...{ folder, home, frozen, mode, limits, problem, sources },
      steps: steps.size
    };
    const planned: Planned[] = [];
    // A volume that lies in another one is seen as part of that.
    const outermostFirst = volumes.toSorted((a, b) => a.path.length - b.path.length);
    for (const volume of outermostFirst) planned.push(planVolume(volume, circumstances, planned));
    planned.sort((a, b) => volumes.indexOf(a.volume) - volumes.indexOf(b.volume));
    const layered: LayeredVolume[] = [];
    for (const { volume, view, source } of planned) {
      if (view !== 'layered' || source === null || frozen === null) continue;
      const live = WatchedFolder.unseen(
        { folder: volume.path, notebook: null, home },
        memory.digests
      );
      const own = {
        ...frozen,
        source: source.name,
        counts: source.counts,
        brings: false,
        folder: ownTree(frozen, source.name)
      };
      layered.push({ volume, folder: live, frozen: await freeze(own, live, home) });
    }
    return new VolumeMounts(planned, layered, folder, frozen);
  }

  get uses(): readonly VolumeUse[] {
    return this.planned.map(({ use }) => use);
  }

  /**
   * Makes what steps will see and not write to, once.
   * @returns what could not be put there @throws ChardError `folder-full`, `snapshot-damaged`, ...
   */
  make(): Promise<readonly FileProblem[]> {
    this.made ??= this.makeTrees();
    return this.made;
  }

  /** @param directory where the step works */
  mounts(directory: string): Mount[] {
    return this.planned
      .filter(({ use }) => use.readOnly)
      .flatMap(({ volume: { path }, view, source }) => {
        if (view === 'shown' && source !== null) {
          const tree = this.tree(source.name);
          return [
            { folder: path, source: tree },
            { folder: tree, source: null }
          ];
        }
        const place = lies(this.folder, path) ? join(directory, relative(this.folder, path)) : path;
        return [{ folder: place, source: null }];
      });
  }

  /** Where what a step finds at an absolute path lies. */
  found(path: string): string {
    const shown = this.shown(path);
    return shown === null ? path : join(this.tree(shown.source), shown.path);
  }

  /**
   * What a step finds at an absolute path of a volume that it sees and cannot write to; undefined elsewhere.
   * @throws ChardError `snapshot-damaged`, ...
   */
  async state(path: string): Promise<FileState | null | undefined> {
    const shown = this.shown(path);
    if (shown === null || this.frozen === null) return undefined;
    const { store, snapshot } = this.frozen;
    try {
      return frozenState(await store.entry(snapshot, shown.source, shown.path));
    } catch (error) {
      if (error instanceof ChardError && error.code === 'snapshot-path-unknown') return null;
      throw error;
    }
  }

  /** Takes away what was made, and lets go of what others use, too. */
  async remove(): Promise<void> {
    await this.made?.catch(() => undefined);
    for (const { release } of this.shared.values()) release();
    this.shared.clear();
    for (const { view, source } of this.planned) {
      if (view === 'shown' && source !== null) {
        await removeTreeAside(this.tree(source.name));
      }
    }
  }

  private shown(path: string): { source: string; path: string } | null {
    for (const { volume, view, source } of this.planned) {
      if (view === 'shown' && source !== null && path.startsWith(volume.path + sep)) {
        return { source: source.name, path: relative(volume.path, path) };
      }
    }
    return null;
  }

  private tree(source: string): string {
    const own = this.frozen === null ? '' : ownTree(this.frozen, source);
    return this.shared.get(source)?.path ?? own;
  }

  private async makeTrees(): Promise<FileProblem[]> {
    const all: FileProblem[] = [];
    if (this.frozen === null) return all;
    const { store, snapshot, copyLimit } = this.frozen;
    for (const { volume, view, source } of this.planned) {
      if (view !== 'shown' || source === null || this.shared.has(source.name)) continue;
      const { name } = source;
      let problems: readonly SnapshotProblem[];
      if (isLarge(source.counts)) {
        const base = await store.base(snapshot, name, { copyLimit, isExact: true });
        if (base.way === 'none') throw tooLarge(base.bytes);
        this.shared.set(name, base);
        ({ problems } = base);
      } else {
        const folder = ownTree(this.frozen, name);
        const made = await store.workspace(snapshot, name, folder, { copyLimit });
        if (made.way === 'none') throw tooLarge(made.bytes);
        ({ problems } = made);
      }
      demandWhole(snapshot, problems);
      const here = problems.map(({ path, message }) => ({
        path: join(volume.path, path),
        message
      }));
      all.push(...here);
    }
    return all;
  }
}

/** The folder in which a run has what it needs of a volume. */
function ownTree({ folder }: FrozenOptions, source: string): string {
  return join(folder, `volume-${encodeURIComponent(source)}`);
}

/** @param others those that are planned, of which one may hold it */
function planVolume(
  volume: StepVolume,
  circumstances: Circumstances,
  others: readonly Planned[]
): Planned {
  const { name, path, readOnly } = volume;
  const { folder, home, mode, problem } = circumstances;
  const plan = (
    view: View,
    use: Pick<VolumeUse, 'frozen' | 'readOnly' | 'why'>,
    source: SnapshotSource | null = null
  ): Planned => ({ volume, view, source, use: { name, path, ...use } });
  const holds = [folder, home].some(each => each !== path && lies(path, each));
  if (readOnly && (problem !== null || holds)) {
    const why = `a step cannot be kept from writing to it (${problem ?? HOLDS})`;
    return plan('itself', { frozen: false, readOnly: false, why });
  }
  if (lies(folder, path)) {
    const why = "part of the notebook's folder";
    return plan('itself', { frozen: mode.way !== 'live', readOnly, why });
  }
  const outer = others.find(other => other.view !== 'itself' && lies(other.volume.path, path));
  if (outer !== undefined) {
    const why = `part of the volume "${outer.volume.name}"`;
    return plan('itself', { frozen: true, readOnly: readOnly || outer.use.readOnly, why });
  }
  const source = circumstances.sources.find(each => each.path === path) ?? null;
  const refusal = refused(source, circumstances);
  if (readOnly) {
    if (refusal !== null) return plan('itself', { frozen: false, readOnly, why: refusal });
    return plan('shown', { frozen: true, readOnly, why: 'it cannot be written to' }, source);
  }
  const reason = refusal ?? notLayered(source, holds, circumstances);
  return reason === null
    ? plan('layered', { frozen: true, readOnly, why: LAYERED }, source)
    : plan('itself', { frozen: false, readOnly, why: `${LIVE} (${reason})` });
}

const HOLDS = 'the notebook or $CHARD_HOME lies in it';
const LAYERED = 'an overlay for each step; what it writes is kept in the run';
const LIVE = 'steps write to the folder itself, and what they write is there at once';

/** Why steps cannot be shown what a snapshot has of a volume; null where they can. */
function refused(source: SnapshotSource | null, { frozen }: Circumstances): string | null {
  if (frozen === null) return 'no snapshot was taken';
  if (source === null) return 'it is not part of the snapshot';
  const { bytes } = source.counts;
  if (bytes <= frozen.copyLimit || sharesBlocks(dirname(frozen.folder))) return null;
  return `${byteSize(bytes)} are more than the ${byteSize(frozen.copyLimit)} that may be copied, and the file system cannot share blocks`;
}

/** Why a step cannot have the snapshot of a volume to itself; null where it can. */
function notLayered(
  source: SnapshotSource | null,
  holds: boolean,
  { problem, limits, steps }: Circumstances
): string | null {
  if (problem !== null) return `there can be no overlay: ${problem}`;
  if (holds) return HOLDS;
  if (steps > MAX_STEPS) return `the run has more than ${MAX_STEPS} steps`;
  const files = source?.counts.files ?? 0;
  return files > limits.files ? `the snapshot has more than ${limits.files} files of it` : null;
}

/** Whether a path is that of a folder or below it. */
function lies(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
