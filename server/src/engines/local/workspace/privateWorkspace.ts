import { WatchedFolder } from './folder';
import { FolderWorkspace } from './folderWorkspace';
import type { Frozen } from './frozen';
import { LiveFolder } from './liveFolder';
import type { WorkspaceMemory } from './memory';
import type {
  FileProblem,
  SeenFiles,
  StepOutcome,
  StepPlace,
  StepView,
  WorkspaceLimits,
  WorkspaceMode,
  WorkspaceOptions
} from './model';
import { replay } from './replay';
import { parseStepFiles, type Execution, type SeenPaths } from './stepRecords';
import type { VolumeMounts } from './volumes';

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
    mode: WorkspaceMode,
    mounts: VolumeMounts
  ) {
    super(options, limits, folder, memory, { ok: true }, mode, mounts);
    this.found = new Map(frozen.states);
    this.live = new LiveFolder(this.places(), frozen);
  }

  override replay(step: string, files: unknown): Promise<readonly FileProblem[]> {
    return this.inTurn(async () => {
      const { written } = parseStepFiles(files);
      const problems = await this.live.bring(step, written, null);
      if (this.tree !== null) this.folder.accept(await replay(written, this.places()));
      this.left.set(step, written);
      this.remember(step, written);
      return problems;
    });
  }

  override place(): StepPlace {
    const directory = this.tree ?? this.folder.path;
    return { directory, overlay: null, mounts: this.mounts.mounts(directory) };
  }

  override close(): Promise<void> {
    return this.inTurn(async () => {
      await this.mounts.remove();
      await this.frozen.remove();
    });
  }

  protected override async begin(): Promise<void> {
    if (this.tree !== null) return;
    const path = await this.frozen.tree();
    const { notebook, home } = this.options;
    for (const written of this.left.values())
      await replay(written, { ...this.places(), folder: path });
    const tree = await WatchedFolder.open(
      { notebook, home, folder: path },
      Infinity,
      this.memory.digests
    );
    for (const [file, state] of this.frozen.states) tree.know(file, state);
    for (const written of this.left.values()) {
      for (const { path: file, state } of written) tree.know(file, state);
    }
    this.folder = tree;
    this.tree = path;
  }

  /** Nobody else works here. */
  protected override isForeign(): Promise<boolean> {
    return Promise.resolve(false);
  }

  protected override async end(
    step: string,
    execution: Execution,
    view: StepView,
    seen: SeenPaths,
    told: SeenFiles | null,
    succeeded: boolean
  ): Promise<StepOutcome> {
    const outcome = await super.end(step, execution, view, seen, told, succeeded);
    const { snapshot } = this.frozen;
    const files = { ...outcome.files, snapshot };
    if (!succeeded) return { ...outcome, files };
    const notices = await this.live.bring(step, files.written, this.tree);
    return { ...outcome, files, notices };
  }
}
