import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { FileState } from './model';

/** A file of the folder as a step of this notebook's pipeline left it when it last ran. */
export interface OwnWrite {
  readonly path: string;
  /** Empty where several steps ran and nobody can tell which it was. */
  readonly step: string;
  /** Null where the step removed it. */
  readonly state: FileState | null;
  readonly update: boolean;
  /** The step wrote it the last time that it ran, and not only some time. */
  readonly isCurrent: boolean;
}

export type NewOwnWrite = Pick<OwnWrite, 'path' | 'state' | 'update'>;

/**
 * Remembers which files come from the pipeline itself, so that what one run leaves is not taken for a change by the next. Only a
 * memory: forgetting costs one run without reuse.
 */
export class OwnWrites {
  /** @param database gets the tables `own_writes` and `doubts` */
  constructor(private readonly database: DatabaseSync) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS own_writes (
        notebook TEXT NOT NULL,
        path TEXT NOT NULL,
        step TEXT NOT NULL,
        state TEXT NOT NULL,
        is_update INTEGER NOT NULL,
        is_current INTEGER NOT NULL,
        PRIMARY KEY (notebook, path, step)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS doubts (
        execution TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (execution, path)
      ) STRICT, WITHOUT ROWID
    `);
  }

  /** @param notebook absolute path */
  of(notebook: string): OwnWrite[] {
    return this.database
      .prepare('SELECT path, step, state, is_update, is_current FROM own_writes WHERE notebook = ?')
      .all(notebook)
      .map(toOwnWrite);
  }

  /** What a step wrote this time takes the place of what it wrote the last time. */
  record(notebook: string, step: string, writes: readonly NewOwnWrite[]): void {
    this.transaction(() => {
      this.database
        .prepare('UPDATE own_writes SET is_current = 0 WHERE notebook = ? AND step = ?')
        .run(notebook, step);
      const upsert = this.database.prepare(
        `INSERT INTO own_writes (notebook, path, step, state, is_update, is_current) VALUES (?, ?, ?, ?, ?, 1)
         ON CONFLICT (notebook, path, step) DO UPDATE
         SET state = excluded.state, is_update = excluded.is_update, is_current = 1`
      );
      for (const { path, state, update } of writes) {
        upsert.run(notebook, path, step, JSON.stringify(state), update ? 1 : 0);
      }
    });
  }

  /** An execution may have written the paths, or not: its result must not be reused until the doubt is lifted. */
  doubt(execution: string, paths: readonly string[]): void {
    const insert = this.database.prepare(
      'INSERT OR IGNORE INTO doubts (execution, path) VALUES (?, ?)'
    );
    this.transaction(() => paths.forEach(path => insert.run(execution, path)));
  }

  liftDoubt(execution: string, path: string): void {
    this.database
      .prepare('DELETE FROM doubts WHERE execution = ? AND path = ?')
      .run(execution, path);
  }

  doubts(execution: string): string[] {
    return this.database
      .prepare('SELECT path FROM doubts WHERE execution = ? ORDER BY path')
      .all(execution)
      .map(row => String(row['path']));
  }

  private transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}

function toOwnWrite(row: Record<string, SQLOutputValue>): OwnWrite {
  return {
    path: String(row['path']),
    step: String(row['step']),
    state: FileState.nullable().parse(JSON.parse(String(row['state']))),
    update: row['is_update'] === 1,
    isCurrent: row['is_current'] === 1
  };
}
