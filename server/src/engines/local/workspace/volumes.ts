import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Mount } from '@chard/core/protocol';
import type { Pipeline } from '@chard/core/pipeline';
import type { VolumeUse } from '@chard/core/run';
import { byteSize } from '@chard/core/text';
import { removeTree, removeTreeAside } from '../../../files';
import type { WorkspaceMemory } from './memory';
import type { Base } from '../../../snapshots/snapshotStore';
import { isLarge } from './frozenBase';
import { tooLarge } from './frozenTree';
import { sharesBlocks } from './isolation';
import type { FrozenOptions, StepVolume, WorkspaceMode, WorkspaceOptions } from './model';

const WRITTEN = 'steps may write to it: what they write is there at once';

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

type SharedTree = Pick<Exclude<Base, { way: 'none' }>, 'path' | 'release'>;

interface Planned {
  readonly volume: StepVolume;
  readonly use: VolumeUse;
  /** Its name among the snapshot's sources, where the step sees it as the snapshot has it. */
  readonly source: string | null;
}

/**
 * How steps get a notebook's volumes. One that is read-only cannot be written to, and beside the notebook's folder it is as the snapshot
 * has it; where the system has no mounts for a step, and for one that steps write to, it is the folder itself.
 */
export class VolumeMounts {
  private made: Promise<void> | null = null;
  /** Trees that runs share, by source. */
  private readonly shared = new Map<string, SharedTree>();

  private constructor(
    private readonly planned: readonly Planned[],
    /** The notebook's. */
    private readonly folder: string,
    private readonly frozen: FrozenOptions | null
  ) {}

  static async plan(
    { notebook, home, volumes, mountProblem, frozen }: WorkspaceOptions,
    mode: WorkspaceMode,
    memory: WorkspaceMemory
  ): Promise<VolumeMounts> {
    const folder = realpathSync(dirname(notebook));
    const problem = volumes.some(({ readOnly }) => readOnly)
      ? await memory.rememberSuccess(`overlay ${join(home, 'workspaces')}`, mountProblem)
      : null;
    const planned: Planned[] = [];
    for (const volume of volumes) {
      const { name, path, readOnly } = volume;
      const use = { name, path, frozen: false, readOnly: false };
      const isInside = lies(folder, path);
      const holds = [folder, home].some(each => each !== path && lies(path, each));
      if (!readOnly) {
        const isFrozen = isInside && mode.way !== 'live';
        const why = isFrozen ? "part of the notebook's folder" : WRITTEN;
        planned.push({ volume, use: { ...use, frozen: isFrozen, why }, source: null });
      } else if (problem !== null || holds) {
        const reason = problem ?? 'the notebook or $CHARD_HOME lies in it';
        const why = `a step cannot be kept from writing to it (${reason})`;
        planned.push({ volume, use: { ...use, why }, source: null });
      } else if (isInside) {
        const isFrozen = mode.way !== 'live';
        const why = "part of the notebook's folder";
        planned.push({
          volume,
          use: { ...use, frozen: isFrozen, readOnly: true, why },
          source: null
        });
      } else {
        const { source, why } = await frozenSource(path, frozen);
        const seen = { ...use, frozen: source !== null, readOnly: true, why };
        planned.push({ volume, use: seen, source });
      }
    }
    return new VolumeMounts(planned, folder, frozen);
  }

  get uses(): readonly VolumeUse[] {
    return this.planned.map(({ use }) => use);
  }

  /** Makes what steps will see, once. @throws ChardError `folder-full`, `snapshot-damaged`, ... */
  make(): Promise<void> {
    this.made ??= this.makeTrees();
    return this.made;
  }

  /** @param directory where the step works */
  mounts(directory: string): Mount[] {
    return this.planned
      .filter(({ use }) => use.readOnly)
      .flatMap(({ volume: { path }, source }) => {
        if (source !== null) {
          const tree = this.tree(source);
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
    for (const { volume, source } of this.planned) {
      if (source !== null && path.startsWith(volume.path + sep)) {
        return join(this.tree(source), relative(volume.path, path));
      }
    }
    return path;
  }

  /** Takes away what was made, and lets go of what others use, too. */
  async remove(): Promise<void> {
    await this.made?.catch(() => undefined);
    for (const { release } of this.shared.values()) release();
    this.shared.clear();
    for (const { source } of this.planned) {
      if (source !== null) await removeTreeAside(this.ownTree(source));
    }
  }

  private tree(source: string): string {
    return this.shared.get(source)?.path ?? this.ownTree(source);
  }

  private ownTree(source: string): string {
    return join(this.frozen?.folder ?? '', `volume-${encodeURIComponent(source)}`);
  }

  private async makeTrees(): Promise<void> {
    if (this.frozen === null) return;
    const { store, snapshot, copyLimit } = this.frozen;
    const { sources } = await store.get(snapshot);
    for (const { source } of this.planned) {
      const counts = sources.find(({ name }) => name === source)?.counts;
      if (source === null || counts === undefined || this.shared.has(source)) continue;
      if (isLarge(counts)) {
        const base = await store.base(snapshot, source, { copyLimit, isExact: true });
        if (base.way === 'none') throw tooLarge(base.bytes);
        this.shared.set(source, base);
      } else {
        removeTree(this.ownTree(source));
        await store.workspace(snapshot, source, this.ownTree(source), { copyLimit });
      }
    }
  }
}

/** Whether a path is that of a folder or below it. */
function lies(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** What the snapshot has of a folder, if a step can be shown it. */
async function frozenSource(
  path: string,
  frozen: FrozenOptions | null
): Promise<{ source: string | null; why: string }> {
  if (frozen === null) return { source: null, why: 'no snapshot was taken' };
  const { store, snapshot, copyLimit, folder } = frozen;
  const { sources } = await store.get(snapshot);
  const source = sources.find(each => each.path === path);
  if (source === undefined) return { source: null, why: 'it is not part of the snapshot' };
  const { bytes } = source.counts;
  if (bytes > copyLimit && !sharesBlocks(dirname(folder))) {
    const why = `${byteSize(bytes)} are more than the ${byteSize(copyLimit)} that may be copied, and the file system cannot share blocks`;
    return { source: null, why };
  }
  return { source: source.name, why: 'as the snapshot has it' };
}
