import { errorCode, type Digests } from '../../../files';
import type { FileState } from './model';
import type { ManifestEntry } from './scan';

/**
 * What a listed path holds. A file that has vanished since is undefined; one that cannot be read is known by size and time.
 * @param path absolute. @throws the system's error where the disk fails
 */
export async function stateOf(
  path: string,
  entry: ManifestEntry,
  digests: Digests
): Promise<FileState | undefined> {
  const { kind, mode, stamp, target } = entry;
  if (kind === 'link') return { kind, target };
  if (kind === 'folder') return { kind, mode };
  try {
    const read = await digests.of(path, stamp);
    return { kind, digest: read.digest, size: read.stamp.size, mode };
  } catch (error) {
    const code = errorCode(error);
    // ELOOP: a link took the file's place after it was listed.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    return { kind: 'unreadable', size: stamp.size, modified: String(stamp.modified) };
  }
}

/** Whether two states give a step the same: of the permissions only "may be executed by its owner" counts. */
export function sameState(
  a: FileState | null | undefined,
  b: FileState | null | undefined
): boolean {
  return signature(a) === signature(b);
}

/** A state as one line of a view; empty folders and what is not there are the same: nothing. */
export function signature(state: FileState | null | undefined): string {
  switch (state?.kind) {
    case 'file':
      return `file ${state.digest}${state.mode & 0o100 ? ' x' : ''}`;
    case 'link':
      return `link ${JSON.stringify(state.target)}`;
    case 'unreadable':
      return `unreadable ${state.size} ${state.modified}`;
    default:
      return '';
  }
}
