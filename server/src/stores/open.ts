import { join } from 'node:path';
import { fileStore, neededFiles } from '../engines/local/workspace';
import { ArtefactFiles, makeFolder, measureFiles, removeUnneeded, ValueFiles } from './files';
import type { Freed, Held, Lease, Stores } from './model';
import { ChangeFeed } from './sqlite/changes';
import { Database } from './sqlite/database';
import { SqliteExperimentStore } from './sqlite/experiments';
import { RUN_LEASES, SqliteLeaseStore } from './sqlite/leases';
import { SqliteResultStore } from './sqlite/results';
import { SqliteRunStore } from './sqlite/runs';

const PATIENCE_MILLISECONDS = 10_000;

/** Of rows with a run: those of the runs whose ids are not in the JSON list ?1. */
const KEPT = 'run NOT IN (SELECT number FROM runs WHERE id IN (SELECT value FROM json_each(?1)))';

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
  const leases = new SqliteLeaseStore(database, RUN_LEASES);
  if (!database.readOnly) makeFolder(values.folder);
  return {
    home,
    runs: new SqliteRunStore(database, changes),
    leases,
    experiments: new SqliteExperimentStore(database, changes),
    results: new SqliteResultStore(database),
    values,
    artefacts,
    together: work => database.transaction(work),
    togetherAtEase: work => database.atEase(() => database.transaction(work)),
    heldBy: (runs, experiments = []) =>
      heldBy(home, database, { runs, experiments }, values, artefacts),
    place: () => database.place(),
    demandThere: () => database.demandThere(),
    demandWritable: () => database.demandWritable(),
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
    const needs = new Needs(database);
    const freed = [
      fileStore(home).removeUnneeded(digest => needs.file(digest)),
      removeUnneeded(values.folder, name => needs.value(name)),
      removeUnneeded(artefacts.folder, name => needs.artefact(name))
    ];
    return { ...sum(freed), postponed: false };
  });
}

/** What is counted as deleted already. */
interface Without {
  readonly runs: readonly string[];
  readonly experiments: readonly string[];
}

/** In one transaction, so that what is needed with and without the runs is of one moment. */
function heldBy(
  home: string,
  database: Database,
  without: Without,
  values: ValueFiles,
  artefacts: ArtefactFiles
): Held {
  return database.transaction(() => {
    const now = new Needs(database);
    const then = new Needs(database, without);
    return sum([
      measureFiles(fileStore(home).folder, name => now.file(name) && !then.file(name)),
      measureFiles(values.folder, name => now.value(name) && !then.value(name)),
      measureFiles(artefacts.folder, name => now.artefact(name) && !then.artefact(name))
    ]);
  });
}

function sum(held: readonly Held[]): Held {
  return {
    files: held.reduce((total, { files }) => total + files, 0),
    bytes: held.reduce((total, { bytes }) => total + bytes, 0)
  };
}

/** Which files the kept runs, experiments and results need, as if some were deleted already. */
class Needs {
  private readonly artefacts: ReadonlySet<string>;
  private readonly files: ReadonlySet<string>;
  private readonly without: string;

  constructor(
    private readonly database: Database,
    { runs, experiments }: Without = { runs: [], experiments: [] }
  ) {
    this.without = JSON.stringify(runs);
    const digests = [
      ...database.all(`SELECT digest FROM artefacts WHERE ${KEPT}`, this.without),
      ...database.all(
        `SELECT digest FROM experiment_artefacts WHERE experiment NOT IN
           (SELECT number FROM experiments WHERE id IN (SELECT value FROM json_each(?1)))`,
        JSON.stringify(experiments)
      )
    ];
    this.artefacts = new Set(digests.map(({ digest }) => String(digest)));
    const written = [
      `SELECT files FROM results WHERE key IN (SELECT key FROM result_uses WHERE ${KEPT})`,
      `SELECT files FROM step_files WHERE ${KEPT}`
    ].flatMap(query =>
      database.all(query, this.without).map(({ files }) => JSON.parse(String(files)) as unknown)
    );
    this.files = neededFiles(written);
  }

  artefact(digest: string): boolean {
    return this.artefacts.has(digest);
  }

  file(digest: string): boolean {
    return this.files.has(digest);
  }

  value(group: string): boolean {
    const query = `SELECT 1 FROM value_uses WHERE ${KEPT} AND value = ?2 LIMIT 1`;
    return this.database.get(query, this.without, group) !== undefined;
  }
}
