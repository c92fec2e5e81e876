import { copyFile, rename, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { TEMPORARY_PREFIX } from '@chard/core/snapshot';
import { ChardError } from '../../../errors';
import { confine, fileFailure, makeFolders } from '../../../files';
import type { Frozen } from './frozen';
import type { FileProblem, FileState, WrittenFile } from './model';
import { replay, stateAt, type ReplayPlaces } from './replay';
import { sameState } from './states';

/**
 * The notebook's folder beside a run that works elsewhere: what steps have written is brought there when they have succeeded, as if they
 * had worked in it. What somebody has changed there since the snapshot is theirs and stays.
 */
export class LiveFolder {
  private readonly brought = new Map<string, FileState | null>();

  constructor(
    private readonly places: ReplayPlaces,
    private readonly frozen: Pick<Frozen, 'states' | 'brings'>
  ) {}

  /**
   * @param from absolute path of the folder that holds what was too large to be kept; null where there is none
   * @returns what was not brought, and why
   */
  async bring(
    step: string,
    written: readonly WrittenFile[],
    from: string | null
  ): Promise<readonly FileProblem[]> {
    if (!this.frozen.brings) return [];
    const problems: FileProblem[] = [];
    const due: WrittenFile[] = [];
    for (const file of written) {
      const now = await stateAt(file.path, this.places);
      const before = this.brought.has(file.path)
        ? this.brought.get(file.path)
        : this.frozen.states.get(file.path);
      if (sameState(now, file.state)) this.brought.set(file.path, file.state);
      else if (sameState(now, before)) due.push(file);
      else problems.push({ path: file.path, message: changedMeanwhile(step) });
    }
    const isLarge = ({ state, kept }: WrittenFile): boolean => state?.kind === 'file' && !kept;
    const kept = due.filter(file => !isLarge(file));
    try {
      await replay(kept, this.places);
      for (const { path, state } of kept) this.brought.set(path, state);
      for (const file of due.filter(isLarge)) {
        if (from === null) continue;
        await this.copy(from, file.path);
        this.brought.set(file.path, file.state);
      }
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      const [first] = due;
      problems.push({
        path: first?.path ?? '',
        message: `What the step "${step}" wrote could not be put into your folder: ${error.message}`
      });
    }
    return problems;
  }

  private async copy(from: string, path: string): Promise<void> {
    const target = confine(this.places.folder, path);
    const temporary = join(dirname(target), `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`);
    try {
      makeFolders(dirname(target));
      await copyFile(join(from, path), temporary, constants.COPYFILE_FICLONE);
      await rename(temporary, target);
    } catch (error) {
      throw fileFailure(error, target, 'folder');
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

function changedMeanwhile(step: string): string {
  return (
    `It was changed in your folder while the run went on, so it was left as it is there; ` +
    `what the step "${step}" wrote is kept in the run.`
  );
}
