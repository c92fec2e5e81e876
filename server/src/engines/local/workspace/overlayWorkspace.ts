import type { WatchedFolder } from './folder';
import type { Frozen } from './frozen';
import { LayeredFolder } from './layeredFolder';
import { LiveFolder } from './liveFolder';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  FileState,
  SeenFiles,
  StepPlace,
  WorkspaceLimits,
  WorkspaceOptions,
  WrittenFile
} from './model';
import {
  setAside,
  StepRecords,
  type Execution,
  type FolderOutcome,
  type RunSetting,
  type SeenPaths
} from './stepRecords';

/** Each step works over the snapshot and what the steps above it left, in the folder's place. */
export class OverlayWorkspace extends StepRecords {
  private readonly live: LiveFolder;
  private readonly layered: LayeredFolder;

  constructor(
    options: WorkspaceOptions,
    limits: WorkspaceLimits,
    folder: WatchedFolder,
    memory: WorkspaceMemory,
    private readonly frozen: Frozen,
    setting: RunSetting
  ) {
    super(options, limits, folder, memory, { ok: true }, setting);
    this.live = new LiveFolder(this.places(), frozen);
    this.layered = new LayeredFolder(null, folder, frozen, this.runFiles(limits.keptFileBytes));
  }

  protected putBack(
    step: string,
    written: readonly WrittenFile[]
  ): Promise<readonly FileProblem[]> {
    return this.live.bring(step, written, null);
  }

  protected placeInFolder(step: string): Omit<StepPlace, 'mounts'> {
    return { directory: this.folder.path, overlays: [this.layered.overlay(step)] };
  }

  protected closeFolder(): Promise<void> {
    return this.layered.close();
  }

  protected foundInFolder(): Promise<Map<string, FileState>> {
    return Promise.resolve(this.frozen.states);
  }

  protected async begin(step: string): Promise<readonly FileProblem[]> {
    await this.layered.begin(step);
    return this.layered.problems();
  }

  protected async end(
    step: string,
    _: Execution,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean,
    doubts: string[]
  ): Promise<FolderOutcome> {
    const { written, read } = await this.layered.end(step, seen, told, doubts, succeeded);
    const notices = succeeded
      ? await this.live.bring(step, written, this.layered.layer(step))
      : setAside(this.layered, step, written);
    return { written, read, notices };
  }
}
