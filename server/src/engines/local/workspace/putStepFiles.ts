import { Digests } from '../../../files';
import { filesBelow, type Root } from './fileNames';
import { fileStore } from './fileStore';
import { replay } from './replay';
import { parseStepFiles } from './stepRecords';

const NOTHING_REMEMBERED = { get: () => undefined, put: () => undefined };

/** Where what a step wrote is to be put. */
export interface StepFilesPlace {
  /** Absolute path of what stands for the notebook's folder. */
  readonly folder: string;
  /** By the absolute path that a volume had, that of the folder that stands for it. */
  readonly volumes: ReadonlyMap<string, string>;
}

/**
 * Puts what a step wrote into any folders. What it wrote to a volume that has no place is left out.
 * @param home `$CHARD_HOME` @param files of the run's record
 * @throws ChardError `kept-file-missing`, `kept-file-damaged`, `files-damaged`, ...
 */
export async function putStepFiles(
  home: string,
  { folder, volumes }: StepFilesPlace,
  files: unknown
): Promise<void> {
  const { written } = parseStepFiles(files);
  const digests = new Digests(NOTHING_REMEMBERED);
  const roots: readonly (readonly [Root, string])[] = [[null, folder], ...volumes];
  for (const [root, place] of roots) {
    await replay(filesBelow(root, written), { folder: place, store: fileStore(home), digests });
  }
}
