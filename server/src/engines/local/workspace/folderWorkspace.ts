import { join } from 'node:path';
import { WriteAttribution, type ObservedChange } from './attribution';
import type { FileProblem, FileState, SeenFiles, StepPlace, WrittenFile } from './model';
import { leftAbove } from './relevance';
import { replay } from './replay';
import { sameState } from './states';
import {
  StepRecords,
  visible,
  type Execution,
  type FolderOutcome,
  type SeenPaths
} from './stepRecords';
import { isInVolume } from './fileNames';

/** Orphaned files are remembered under no step's name. */
const NOBODY = '';

/** Steps work in the notebook's folder itself. */
export class FolderWorkspace extends StepRecords {
  private readonly attribution = new WriteAttribution();
  protected found: Map<string, FileState> | null = null;

  protected async putBack(
    _: string,
    written: readonly WrittenFile[]
  ): Promise<readonly FileProblem[]> {
    await this.foundInFolder();
    this.folder.accept(await replay(written, this.places()));
    return [];
  }

  protected placeInFolder(): Omit<StepPlace, 'mounts'> {
    return { directory: this.folder.path, overlays: [] };
  }

  protected closeFolder(): Promise<void> {
    return Promise.resolve();
  }

  protected begin(): Promise<readonly FileProblem[]> {
    return Promise.resolve([]);
  }

  protected async end(
    step: string,
    execution: Execution,
    told: SeenPaths,
    _: SeenFiles | null,
    succeeded: boolean,
    doubts: string[]
  ): Promise<FolderOutcome> {
    if (!this.reusable.ok) return { written: [], read: {}, notices: [] };

    const seen = seenInFolder(told);
    const found = await this.foundInFolder();
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
    written.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { written, read, notices: [] };
  }

  /** What the step was seen to write: changes, and files that it rewrote within the grain of the clock, where none shows. */
  private seenWrites(
    changes: readonly ObservedChange[],
    seen: Pick<SeenPaths, 'written'>
  ): ObservedChange[] {
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
    const copy = isKept ? await this.keep(join(this.folder.path, path), before, doubts) : null;
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

  /**
   * Whether a change that nobody was seen to make is better not put down to a step: somebody may have edited a file of
   * theirs, which replaying would undo.
   */
  protected async isForeign(step: string, { path, before }: ObservedChange): Promise<boolean> {
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
    seen: Pick<SeenPaths, 'read'>,
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

  protected async foundInFolder(): Promise<Map<string, FileState>> {
    this.found ??= this.reusable.ok ? await this.folder.all() : new Map();
    return this.found;
  }
}

function seenInFolder({ read, written }: SeenPaths): Pick<SeenPaths, 'read' | 'written'> {
  const inFolder = (paths: ReadonlySet<string>): Set<string> =>
    new Set([...paths].filter(path => !isInVolume(path)));
  return { read: inFolder(read), written: inFolder(written) };
}
