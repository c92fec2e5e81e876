import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DigestIndex, RememberedDigest } from './digestIndex';
import type { Stamp } from './stamp';

/** The index in a table `digests` of its own. */
export class SqliteDigestIndex implements DigestIndex {
  private readonly select: StatementSync;
  private readonly upsert: StatementSync;

  constructor(private readonly database: DatabaseSync) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS digests (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        inode TEXT NOT NULL,
        digest TEXT NOT NULL
      ) STRICT, WITHOUT ROWID
    `);
    this.select = database.prepare(
      'SELECT digest FROM digests WHERE path = ? AND size = ? AND modified = ? AND changed = ? AND inode = ?'
    );
    this.upsert = database.prepare(
      `INSERT INTO digests (path, size, modified, changed, inode, digest) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET size = excluded.size, modified = excluded.modified,
         changed = excluded.changed, inode = excluded.inode, digest = excluded.digest`
    );
  }

  get(path: string, stamp: Stamp): string | undefined {
    const digest = this.select.get(path, ...columns(stamp))?.['digest'];
    return typeof digest === 'string' ? digest : undefined;
  }

  put(digests: readonly RememberedDigest[]): void {
    if (digests.length === 0) return;
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const { path, stamp, digest } of digests)
        this.upsert.run(path, ...columns(stamp), digest);
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Inode numbers may use all 64 bits, more than SQLite's signed integers hold. */
function columns(stamp: Stamp): [number, bigint, bigint, string] {
  return [stamp.size, stamp.modified, stamp.changed, String(stamp.inode)];
}
