import { filesBelow } from './fileNames';
import { WatchedFolder } from './folder';
import { FolderWorkspace } from './folderWorkspace';
import type { Frozen } from './frozen';
import { LiveFolder } from './liveFolder';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  SeenFiles,
  StepPlace,
  WorkspaceLimits,
  WorkspaceOptions,
  WrittenFile
} from './model';
import { replay } from './replay';
import type { Execution, FolderOutcome, RunSetting, SeenPaths } from './stepRecords';

/**
 * The steps of a run work together in a folder of the run's own, made of the snapshot when the first of them starts. Between one another
 * they see what they would see in the notebook's folder.
 */
export class PrivateWorkspace extends FolderWorkspace {
  private readonly live: LiveFolder;
  private tree: string | null = null;

  constructor(
    options: WorkspaceOptions,
    limits: WorkspaceLimits,
    folder: WatchedFolder,
    memory: WorkspaceMemory,
    private readonly frozen: Frozen,
    setting: RunSetting
  ) {
    super(options, limits, folder, memory, { ok: true }, setting);
    this.found = new Map(frozen.states);
    this.live = new LiveFolder(this.places(), frozen);
  }

  protected override async putBack(
    step: string,
    written: readonly WrittenFile[]
  ): Promise<readonly FileProblem[]> {
    const problems = await this.live.bring(step, written, null);
    if (this.tree !== null) this.folder.accept(await replay(written, this.places()));
    return problems;
  }

  protected override placeInFolder(): Omit<StepPlace, 'mounts'> {
    return { directory: this.tree ?? this.folder.path, overlays: [] };
  }

  protected override closeFolder(): Promise<void> {
    return this.frozen.remove();
  }

  protected override async begin(): Promise<readonly FileProblem[]> {
    if (this.tree !== null) return [];
    const path = await this.frozen.tree();
    const { notebook, home } = this.options;
    for (const written of this.left.values()) {
      await replay(filesBelow(null, written), { ...this.places(), folder: path });
    }
    const tree = await WatchedFolder.open(
      { notebook, home, folder: path },
      Infinity,
      this.memory.digests
    );
    for (const [file, state] of this.frozen.states) tree.know(file, state);
    for (const written of this.left.values()) {
      for (const { path: file, state } of filesBelow(null, written)) tree.know(file, state);
    }
    this.folder = tree;
    this.tree = path;
    return [];
  }

  /** Nobody else works here. */
  protected override isForeign(): Promise<boolean> {
    return Promise.resolve(false);
  }

  protected override async end(
    step: string,
    execution: Execution,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean,
    doubts: string[]
  ): Promise<FolderOutcome> {
    const outcome = await super.end(step, execution, seen, told, succeeded, doubts);
    if (!succeeded) return outcome;
    return { ...outcome, notices: await this.live.bring(step, outcome.written, this.tree) };
  }
}
