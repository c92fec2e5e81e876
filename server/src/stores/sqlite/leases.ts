import { experimentOwned, experimentUnknown, runOwned, runUnknown } from '../failures';
import type { Lease, LeaseStore, Owner } from '../model';
import type { Database, Row } from './database';

/** Which leases: their table, the column that says what is owned, and the table of that. */
interface Tables {
  readonly leases: string;
  readonly column: string;
  readonly owned: string;
  readonly unknown: typeof runUnknown;
  readonly taken: typeof runOwned;
}

export const RUN_LEASES: Tables = {
  leases: 'leases',
  column: 'run',
  owned: 'runs',
  unknown: runUnknown,
  taken: runOwned
};
export const EXPERIMENT_LEASES: Tables = {
  leases: 'experiment_leases',
  column: 'experiment',
  owned: 'experiments',
  unknown: experimentUnknown,
  taken: experimentOwned
};

/** Who executes which run, or which experiment, in SQLite. */
export class SqliteLeaseStore implements LeaseStore {
  private readonly select: string;

  constructor(
    private readonly database: Database,
    private readonly tables: Tables
  ) {
    const { leases, column, owned } = tables;
    this.select =
      `SELECT id, instance, pid, start_time, boot, namespace, beat ` +
      `FROM ${leases} JOIN ${owned} ON ${owned}.number = ${leases}.${column}`;
  }

  get(run: string): Lease | undefined {
    const row = this.database.get(`${this.select} WHERE id = ?`, run);
    return row === undefined ? undefined : toLease(row);
  }

  all(): Lease[] {
    return this.database.all(this.select).map(toLease);
  }

  take(run: string, owner: Owner, now: number, isAlive: (lease: Lease) => boolean): Owner | null {
    const { leases, column, owned, unknown, taken } = this.tables;
    return this.database.transaction(() => {
      const row = this.database.get(`SELECT number FROM ${owned} WHERE id = ?`, run);
      if (row === undefined) throw unknown(run);
      const number = Number(row['number']);
      const former = this.get(run);
      if (former !== undefined && isAlive(former)) throw taken(run, former.owner);
      this.database.run(`DELETE FROM ${leases} WHERE ${column} = ?`, number);
      insertLease(this.database, this.tables, number, owner, now);
      return former?.owner ?? null;
    });
  }

  // A machine that goes down ends the owner too, so leases need not wait for the disk.
  beat(owner: Owner, now: number): void {
    const { leases } = this.tables;
    const sql = `UPDATE ${leases} SET beat = ? WHERE instance = ?`;
    this.database.atEase(() => this.database.run(sql, now, owner.instance));
  }

  release(run: string, owner: Owner): void {
    const { leases, column, owned } = this.tables;
    const sql = `DELETE FROM ${leases} WHERE instance = ? AND ${column} = (SELECT number FROM ${owned} WHERE id = ?)`;
    this.database.atEase(() => this.database.run(sql, owner.instance, run));
  }
}

/** Makes `owner` the owner of what has this row number; within the caller's transaction. */
export function insertLease(
  database: Database,
  { leases, column }: Tables,
  number: number,
  owner: Owner,
  now: number
): void {
  database.run(
    `INSERT INTO ${leases} (${column}, instance, pid, start_time, boot, namespace, beat) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    number,
    owner.instance,
    owner.pid,
    owner.startTime,
    owner.boot,
    owner.namespace,
    now
  );
}

function toLease(row: Row): Lease {
  return {
    run: String(row['id']),
    owner: {
      instance: String(row['instance']),
      pid: Number(row['pid']),
      startTime: String(row['start_time']),
      boot: String(row['boot']),
      namespace: String(row['namespace'])
    },
    beat: Number(row['beat'])
  };
}
