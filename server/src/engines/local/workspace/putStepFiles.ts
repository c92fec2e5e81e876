import { Digests } from '../../../files';
import { fileStore } from './fileStore';
import { replay } from './replay';
import { parseStepFiles } from './stepRecords';

const NOTHING_REMEMBERED = { get: () => undefined, put: () => undefined };

/**
 * Puts what a step wrote into any folder. @param home `$CHARD_HOME` @param folder absolute @param files of the run's record
 * @throws ChardError `kept-file-missing`, `kept-file-damaged`, `files-damaged`, ...
 */
export async function putStepFiles(home: string, folder: string, files: unknown): Promise<void> {
  const { written } = parseStepFiles(files);
  const digests = new Digests(NOTHING_REMEMBERED);
  await replay(written, { folder, store: fileStore(home), digests });
}
