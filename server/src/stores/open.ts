import { join } from 'node:path';
import { fileStore, neededFiles } from '../engines/local/workspace';
import { ArtefactFiles, makeFolder, removeUnneeded, ValueFiles } from './files';
import type { Freed, Lease, Stores } from './model';
import { ChangeFeed } from './sqlite/changes';
import { Database } from './sqlite/database';
import { SqliteLeaseStore } from './sqlite/leases';
import { SqliteResultStore } from './sqlite/results';
import { SqliteRunStore } from './sqlite/runs';

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Opens the store below `home`, making it where there is none. A store that cannot be written is opened for
 * reading.
 * @param patience milliseconds to wait for a lock that another process holds
 * @throws ChardError `store-newer`, `store-damaged`, `store-read-only`, `store-unavailable`, `store-full`, `store-busy`.
 */
export function openStores(home: string, patience = PATIENCE_MILLISECONDS): Stores {
  const database = Database.open(join(home, 'chard.db'), patience);
  const changes = new ChangeFeed(database);
  const values = new ValueFiles(join(home, 'values'));
  const artefacts = new ArtefactFiles(join(home, 'artefacts'));
  const leases = new SqliteLeaseStore(database);
  if (!database.readOnly) makeFolder(values.folder);
  return {
    home,
    runs: new SqliteRunStore(database, changes),
    leases,
    results: new SqliteResultStore(database),
    values,
    artefacts,
    together: work => database.transaction(work),
    collectGarbage: isAlive => collectGarbage(home, database, leases, isAlive, values, artefacts),
    close() {
      changes.close();
      database.close();
    }
  };
}

/**
 * Holding the write lock means that no run can begin meanwhile; a run that goes on already may just have found
 * a file that it is about to need, so then nothing is removed.
 */
function collectGarbage(
  home: string,
  database: Database,
  leases: SqliteLeaseStore,
  isAlive: (lease: Lease) => boolean,
  values: ValueFiles,
  artefacts: ArtefactFiles
): Freed {
  return database.transaction(() => {
    if (leases.all().some(isAlive)) return { files: 0, bytes: 0, postponed: true };
    const usesValue = (value: string): boolean =>
      database.get('SELECT 1 FROM value_uses WHERE value = ? LIMIT 1', value) !== undefined;
    const digests = database.all('SELECT DISTINCT digest FROM artefacts');
    const usedArtefacts = new Set(digests.map(({ digest }) => String(digest)));
    const written = ['SELECT files FROM results', 'SELECT files FROM step_files'].flatMap(query =>
      database.all(query).map(({ files }) => JSON.parse(String(files)) as unknown)
    );
    const usedFiles = neededFiles(written);
    const freed = [
      fileStore(home).removeUnneeded(digest => usedFiles.has(digest)),
      removeUnneeded(values.folder, usesValue),
      removeUnneeded(artefacts.folder, name => usedArtefacts.has(name))
    ];
    return {
      files: freed.reduce((sum, { files }) => sum + files, 0),
      bytes: freed.reduce((sum, { bytes }) => sum + bytes, 0),
      postponed: false
    };
  });
}
