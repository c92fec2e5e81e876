import { RunnerValue } from '@chard/core/protocol';
import { z } from 'zod';
import { runUnknown } from '../failures';
import type { ResultStore, StoredResult } from '../model';
import type { Database, Row } from './database';

const COLUMNS = 'results.key, notebook, step, parts, "values", files, created_at';

const Digests = z.record(z.string(), z.string());
const Parts = z.object({
  code: z.string(),
  modules: Digests,
  inputs: Digests,
  parameters: z.record(z.string(), z.json()),
  environment: z.string(),
  variables: z.string(),
  workspace: z.string()
});

/** Results that later runs may reuse, in SQLite. */
export class SqliteResultStore implements ResultStore {
  constructor(private readonly database: Database) {}

  find(key: string): StoredResult | undefined {
    const row = this.database.get(`SELECT ${COLUMNS} FROM results WHERE key = ?`, key);
    return toResult(row);
  }

  latest(notebook: string, step: string): StoredResult | undefined {
    const row = this.database.get(
      `SELECT ${COLUMNS} FROM results WHERE notebook = ? AND step = ? ORDER BY used_at DESC, rowid DESC LIMIT 1`,
      notebook,
      step
    );
    return toResult(row);
  }

  put(result: StoredResult, run: string): void {
    this.database.transaction(() => {
      // Other runs used what the former result left, and their logs still hold it: only this run holds the new one.
      this.database.run('DELETE FROM results WHERE key = ?', result.key);
      this.database.run(
        `INSERT INTO results (key, notebook, step, parts, "values", files, created_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)`,
        result.key,
        result.notebook,
        result.step,
        JSON.stringify(result.parts),
        JSON.stringify(result.values),
        JSON.stringify(result.files ?? null),
        result.createdAt
      );
      this.addUse(result.key, run);
    });
  }

  use(key: string, run: string, now: number): void {
    this.database.transaction(() => {
      this.addUse(key, run);
      this.database.run('UPDATE results SET used_at = ? WHERE key = ?', now, key);
    });
  }

  runOf(key: string): string | undefined {
    const row = this.database.get(
      'SELECT id FROM result_uses JOIN runs ON number = run WHERE key = ? ORDER BY number LIMIT 1',
      key
    );
    return row === undefined ? undefined : String(row['id']);
  }

  private addUse(key: string, run: string): void {
    const row = this.database.get('SELECT number FROM runs WHERE id = ?', run);
    if (row === undefined) throw runUnknown(run);
    this.database.run(
      'INSERT OR IGNORE INTO result_uses (key, run) VALUES (?, ?)',
      key,
      Number(row['number'])
    );
  }
}

/** What another version has written in another way is no result. */
function toResult(row: Row | undefined): StoredResult | undefined {
  if (row === undefined) return undefined;
  const json = (column: string): unknown => JSON.parse(String(row[column]));
  const parts = Parts.safeParse(json('parts'));
  const values = z.array(RunnerValue).safeParse(json('values'));
  if (!parts.success || !values.success) return undefined;
  return {
    key: String(row['key']),
    notebook: String(row['notebook']),
    step: String(row['step']),
    parts: parts.data,
    values: values.data,
    files: json('files'),
    createdAt: Number(row['created_at'])
  };
}
