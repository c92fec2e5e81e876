import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalModuleSource } from '@chard/core/pipeline';
import { errorCode } from '../files/systemErrors';

/** Larger files are data in Python's clothes; their content is not looked at. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Looks a dotted module name up in the notebook's folder, as Python's import does there: a package before a file.
 *
 * @param isAllowed whether a file, by its absolute path, may be read; one that may not is not there.
 */
export function localModuleFinder(
  folder: string,
  isAllowed: (path: string) => boolean = () => true
): (name: string) => LocalModuleSource | null {
  return name => {
    const path = name.split('.').join('/');
    for (const candidate of [`${path}/__init__.py`, `${path}.py`]) {
      const file = join(folder, candidate);
      const source = isAllowed(file) ? read(file) : null;
      if (source !== null) {
        return { path: candidate, source };
      }
    }
    return null;
  };
}

/** What cannot be read is, for the import that names it, not there: Python's own error then says why. */
function read(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    return bytes.length > MAX_BYTES ? null : bytes.toString('utf8');
  } catch (error) {
    if (
      ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')
    ) {
      return null;
    }
    throw error;
  }
}
