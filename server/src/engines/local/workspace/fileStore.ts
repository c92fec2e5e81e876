import { join } from 'node:path';
import { FileStore } from '../../../files';
import { StepFiles } from './model';

/** Where the written files of all steps are kept. @param home `$CHARD_HOME` */
export function fileStore(home: string): FileStore {
  return new FileStore(join(home, 'files'));
}

/** Digests of the kept files that results still need. @param files of all results */
export function neededFiles(files: readonly unknown[]): Set<string> {
  const needed = new Set<string>();
  for (const each of files) {
    const record = StepFiles.safeParse(each);
    // A record that cannot be read cannot be reused either.
    if (!record.success) continue;
    needed.add(record.data.view);
    for (const { state } of record.data.written)
      if (state?.kind === 'file') needed.add(state.digest);
  }
  return needed;
}
