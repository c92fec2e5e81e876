import { chmodSync, closeSync, existsSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync
} from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ChardError } from '../../errors';
import { errorCode, reasonOf } from '../../files';
import { makeFolder } from '../files';
import type { StorePlace } from '../model';
import { MIGRATIONS } from './schema';

/** "chrd": tells our files from other people's databases. */
const APPLICATION_ID = 0x63687264;

// Primary result codes: https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The index of the write-ahead log, and a first page in that log. */
const WORKING_BYTES = 64 * 1024;

/** What the system says of a file whose folder was removed, or whose disk is gone. */
const GONE_CODES = ['ENOENT', 'ENOTDIR', 'EIO', 'ENXIO', 'ENODEV', 'ENOTCONN', 'ESTALE'];

export type Row = Record<string, SQLOutputValue>;

/** Tells a file from any other, as long as it is open. */
type FileIdentity = string;

/** One connection: prepared statements, transactions, and SQLite's failures as coded errors. */
export class Database {
  private readonly statements = new Map<string, StatementSync>();

  private constructor(
    private readonly connection: DatabaseSync,
    readonly path: string,
    readonly readOnly: boolean,
    /** Only read because the disk is full: what others write when there is room is not seen. */
    private readonly lacksRoom: boolean,
    private readonly patience: number,
    private readonly identity: FileIdentity | null
  ) {}

  /**
   * Opens the database and brings an older one up to date. Where it cannot be written it is opened for reading,
   * and writing throws `store-read-only`; where the disk has no room for it to be open, `store-full`.
   * @param patience milliseconds to wait for a lock that another process holds
   * @throws ChardError `store-newer`, `store-damaged`, `store-read-only`, `store-unavailable`, `store-full`, `store-busy`.
   */
  static open(path: string, patience: number): Database {
    const isWritable = prepareFile(path);
    return translated(path, patience, () => {
      const shared = isWritable ? connect(path, patience) : null;
      const connection = shared ?? connectToRead(path, patience);
      const lacksRoom = isWritable && shared === null;
      const readOnly = shared === null;
      try {
        const identity = identify(path);
        const database = new Database(connection, path, readOnly, lacksRoom, patience, identity);
        database.bringUpToDate();
        return database;
      } catch (error) {
        connection.close();
        throw error;
      }
    });
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    this.demandThere();
    return this.translated(() => this.prepare(sql).all(...values));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    this.demandThere();
    return this.translated(() => this.prepare(sql).get(...values));
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    this.demandThere();
    return this.translated(() => Number(this.prepare(sql).run(...values).changes));
  }

  /**
   * Runs `work` with the write lock held; all of it is on the disk when this returns, or nothing is. Within another
   * transaction it is a part of that.
   */
  transaction<Result>(work: () => Result): Result {
    if (this.connection.isTransaction) return work();
    this.demandThere();
    return this.translated(() => {
      this.connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.connection.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite itself rolls back on some failures (a full disk); a second rollback would hide the cause.
        if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /**
   * For what may be forgotten if the machine goes down at once: what `work` writes, in a transaction or not, is on the disk with the
   * next transaction. Other processes see it all the same.
   */
  atEase<Result>(work: () => Result): Result {
    if (this.connection.isTransaction) return work();
    this.connection.exec('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.connection.exec('PRAGMA synchronous = FULL');
    }
  }

  /** A number that changes whenever another connection, in any process, has committed. */
  dataVersion(): number {
    return Number(this.get('PRAGMA data_version')?.['data_version']);
  }

  /** Whether the file that is open is still the one at its path, and what is written there is seen. */
  place(): StorePlace {
    const place = this.placeOfFile();
    return place === 'there' && this.lacksRoom && !isFull(dirname(this.path)) ? 'replaced' : place;
  }

  /** SQLite goes on in a file that nobody will find again, and says that all is well. @throws ChardError `store-gone`. */
  demandThere(): void {
    if (this.connection.isOpen && this.connection.isTransaction) return;
    if (this.placeOfFile() !== 'there') throw goneError(this.path);
  }

  /** @throws ChardError `store-read-only`, `store-full` where it was opened for reading. */
  demandWritable(): void {
    if (this.readOnly) throw this.unwritable();
  }

  close(): void {
    this.statements.clear();
    this.connection.close();
  }

  private placeOfFile(): StorePlace {
    const found = identify(this.path);
    if (found === null) return 'gone';
    return found === this.identity ? 'there' : 'replaced';
  }

  private translated<Result>(work: () => Result): Result {
    try {
      return translated(this.path, this.patience, work);
    } catch (error) {
      const isUnwritable = error instanceof ChardError && error.code === 'store-read-only';
      throw isUnwritable ? this.unwritable(error.cause) : error;
    }
  }

  private unwritable(cause?: unknown): ChardError {
    return this.lacksRoom ? fullError(this.path, cause) : readOnlyError(this.path, cause);
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.connection.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private bringUpToDate(): void {
    const version = this.version();
    if (version === MIGRATIONS.length) return;
    this.demandWritable();
    this.transaction(() => {
      // Another process may have done it while this one waited for the lock.
      for (const migration of MIGRATIONS.slice(this.version())) this.connection.exec(migration);
      this.connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      this.connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
  }

  private version(): number {
    const application = Number(this.get('PRAGMA application_id')?.['application_id']);
    const version = Number(this.get('PRAGMA user_version')?.['user_version']);
    const isEmpty = this.get('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined;
    if (application !== APPLICATION_ID && !isEmpty) {
      throw new ChardError(
        'store-damaged',
        `${this.path} is a database of another program. Move it away, or set CHARD_HOME to another folder.`,
        { path: this.path }
      );
    }
    if (version > MIGRATIONS.length) {
      throw new ChardError(
        'store-newer',
        `The store ${this.path} was written by a newer Chard (format ${version}; this one knows ${MIGRATIONS.length}). ` +
          'Upgrade jupyterlab-chard, or set CHARD_HOME to another folder.',
        { path: this.path }
      );
    }
    return version;
  }
}

/** @returns null where there is none. */
function identify(path: string): FileIdentity | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (GONE_CODES.includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

/** Makes the folder and an empty file that only their owner can read. @returns whether the file can be written. */
function prepareFile(path: string): boolean {
  try {
    makeFolder(dirname(path));
    const isNew = !existsSync(path);
    closeSync(openSync(path, 'a', 0o600));
    if (isNew) chmodSync(path, 0o600);
    return true;
  } catch (error) {
    if (error instanceof ChardError) throw error;
    const code = errorCode(error);
    const isReadOnly = code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
    if (isReadOnly && existsSync(path)) return false;
    if (isReadOnly) throw readOnlyError(path, error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw fullError(path, error);
    throw new ChardError(
      'store-unavailable',
      `The store ${path} cannot be opened: ${reasonOf(error)}. ` +
        'Make its folder usable, or set CHARD_HOME to another one.',
      { path, cause: error }
    );
  }
}

/** @returns null where the disk has no room for the files beside it, and it can be read without them. */
function connect(path: string, patience: number): DatabaseSync | null {
  const connection = new DatabaseSync(path, { timeout: patience });
  try {
    connection.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;'
    );
    return connection;
  } catch (error) {
    connection.close();
    const waiting = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (lacksFiles(error) && isFull(dirname(path)) && waiting === 0) return null;
    throw error;
  }
}

/** Opens what cannot be written. */
function connectToRead(path: string, patience: number): DatabaseSync {
  let connection: DatabaseSync | null = null;
  try {
    connection = new DatabaseSync(path, { readOnly: true, timeout: patience });
    connection.exec('SELECT 1 FROM sqlite_schema');
    return connection;
  } catch (error) {
    connection?.close();
    if (!lacksFiles(error) && primaryCode(error) !== READONLY) throw error;
    // There is no room for WAL's shared memory; nobody can write there, so the file alone is whole.
    const address = pathToFileURL(path);
    address.searchParams.set('immutable', '1');
    return new DatabaseSync(address, { readOnly: true });
  }
}

/** Whether SQLite cannot make, or use, the files beside a store. */
function lacksFiles(error: unknown): boolean {
  const code = primaryCode(error);
  return code === CANTOPEN || code === IOERR || code === FULL;
}

function translated<Result>(path: string, patience: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asChardError(error, path, patience);
  }
}

function asChardError(error: unknown, path: string, patience: number): unknown {
  const details = { path, cause: error };
  const reason = reasonOf(error);
  switch (primaryCode(error)) {
    case BUSY:
    case LOCKED:
      return new ChardError(
        'store-busy',
        `The store ${path} has been locked by another process for ${patience / 1000} seconds. ` +
          'Try again; if it stays, look for a process that hangs or is stopped.',
        details
      );
    case READONLY:
      return readOnlyError(path, error);
    case CORRUPT:
    case NOTADB:
      return new ChardError(
        'store-damaged',
        `The store ${path} is damaged (${reason}). Move it away (with the files -wal and -shm beside it) and start anew, ` +
          'or put back a backup; notebooks are not touched by this, only past runs and reuse are lost.',
        details
      );
    case FULL:
      return fullError(path, error);
    case IOERR:
    case CANTOPEN:
      // SQLite does not tell a full disk from a broken one where it makes the files beside the store.
      if (isFull(dirname(path))) return fullError(path, error);
      return new ChardError(
        'store-unavailable',
        `The store ${path} cannot be read or written (${reason}). Check the disk, its free space and the folder's permissions, ` +
          'or set CHARD_HOME to another folder.',
        details
      );
    default:
      return error;
  }
}

function goneError(path: string): ChardError {
  return new ChardError(
    'store-gone',
    `The store ${path} is not there any more: its folder was removed or moved, or its disk is gone. Runs that went on with it have ` +
      'ended, and nothing is kept. Put it back, and they go on; or begin with an empty one: start the Jupyter server (or this command) again.',
    { path }
  );
}

function readOnlyError(path: string, cause?: unknown): ChardError {
  return new ChardError(
    'store-read-only',
    `The store ${path} cannot be written. Make it writable, or set CHARD_HOME to a folder that is.`,
    { path, cause }
  );
}

/** @returns whether a disk has less room than the files that SQLite keeps beside an open store need. */
function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < WORKING_BYTES;
  } catch {
    // The folder itself is the trouble, which the error says.
    return false;
  }
}

function fullError(path: string, cause: unknown): ChardError {
  return new ChardError(
    'store-full',
    `The disk that holds the store ${path} is full. Free some space on it (as soon as there is a little, ` +
      '`chard runs delete` removes runs and their values), or set CHARD_HOME to a folder on another disk.',
    { path, cause }
  );
}

function primaryCode(error: unknown): number | undefined {
  const code =
    typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
