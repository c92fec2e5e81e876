import { chmodSync, existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  fileFailure,
  makeFolders,
  SqliteDigestIndex,
  type DigestIndex,
  errorCode
} from '../../../files';
import { thisOwner } from '../../../stores/owner';
import { OwnWrites } from './ownWrites';

/** What is remembered from run to run about folders. All of it can be lost without harm. */
export interface WorkspaceMemory {
  readonly digests: DigestIndex;
  readonly ownWrites: OwnWrites;
  /**
   * What `find` says: null for success, or what is wrong. A success is remembered for this user and this start of the system, a failure
   * is not, as somebody may have done something about it. Who asks while it is being found out, gets the same answer.
   */
  rememberSuccess(topic: string, find: () => Promise<string | null>): Promise<string | null>;
  close(): void;
}

const BUSY_MILLISECONDS = 10_000;
// Primary result codes: https://www.sqlite.org/rescode.html
const READONLY = 8;
const CORRUPT = 11;
const CANTOPEN = 14;
const NOTADB = 26;

/**
 * Opens the memory in a database of its own; a damaged one is made anew, and one that cannot be written is kept in
 * this process only.
 * @param path absolute, or `:memory:`. @throws ChardError `store-read-only`, `store-full`, ...
 */
export function openWorkspaceMemory(path: string): WorkspaceMemory {
  try {
    if (path !== ':memory:') makeFolders(dirname(path), 0o700);
    return open(path);
  } catch (error) {
    if (path !== ':memory:' && failedWith(error, READONLY, CANTOPEN)) return open(':memory:');
    if (!failedWith(error, CORRUPT, NOTADB)) throw fileFailure(error, path, 'store');
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  return open(path);
}

function open(path: string): WorkspaceMemory {
  const isNew = path !== ':memory:' && !existsSync(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MILLISECONDS });
  try {
    // Before anything is written: the journal's files take the database's mode.
    if (isNew) chmodSync(path, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec('CREATE TABLE IF NOT EXISTS successes (topic TEXT PRIMARY KEY) STRICT');
    const { boot, namespace } = thisOwner();
    const keyOf = (topic: string): string =>
      JSON.stringify([topic, boot, namespace, process.getuid?.() ?? null]);
    const finding = new Map<string, Promise<string | null>>();
    const findOut = async (
      key: string,
      find: () => Promise<string | null>
    ): Promise<string | null> => {
      try {
        const problem = await find();
        if (problem === null) {
          database.prepare('INSERT OR IGNORE INTO successes (topic) VALUES (?)').run(key);
        }
        return problem;
      } finally {
        finding.delete(key);
      }
    };
    return {
      rememberSuccess(topic, find) {
        const key = keyOf(topic);
        const known = database.prepare('SELECT 1 FROM successes WHERE topic = ?').get(key);
        if (known !== undefined) return Promise.resolve(null);
        const found = finding.get(key) ?? findOut(key, find);
        finding.set(key, found);
        return found;
      },
      digests: new SqliteDigestIndex(database),
      ownWrites: new OwnWrites(database),
      close: () => database.close()
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether SQLite failed with one of these primary result codes. */
function failedWith(error: unknown, ...codes: number[]): boolean {
  if (errorCode(error) !== 'ERR_SQLITE_ERROR') return false;
  const code =
    typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' && codes.includes(code & 0xff);
}
