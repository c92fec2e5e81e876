import { runOwned, runUnknown } from '../failures';
import type { Lease, LeaseStore, Owner } from '../model';
import type { Database, Row } from './database';

const SELECT = `SELECT id, instance, pid, start_time, boot, namespace, beat FROM leases JOIN runs ON number = run`;

/** Who executes which run, in SQLite. */
export class SqliteLeaseStore implements LeaseStore {
  constructor(private readonly database: Database) {}

  get(run: string): Lease | undefined {
    const row = this.database.get(`${SELECT} WHERE id = ?`, run);
    return row === undefined ? undefined : toLease(row);
  }

  all(): Lease[] {
    return this.database.all(SELECT).map(toLease);
  }

  take(run: string, owner: Owner, now: number, isAlive: (lease: Lease) => boolean): Owner | null {
    return this.database.transaction(() => {
      const row = this.database.get('SELECT number FROM runs WHERE id = ?', run);
      if (row === undefined) throw runUnknown(run);
      const number = Number(row['number']);
      const former = this.get(run);
      if (former !== undefined && isAlive(former)) throw runOwned(run, former.owner);
      this.database.run('DELETE FROM leases WHERE run = ?', number);
      insertLease(this.database, number, owner, now);
      return former?.owner ?? null;
    });
  }

  beat(owner: Owner, now: number): void {
    this.database.run('UPDATE leases SET beat = ? WHERE instance = ?', now, owner.instance);
  }

  release(run: string, owner: Owner): void {
    this.database.run(
      'DELETE FROM leases WHERE instance = ? AND run = (SELECT number FROM runs WHERE id = ?)',
      owner.instance,
      run
    );
  }
}

/** Makes `owner` the owner of the run with this row number; within the caller's transaction. */
export function insertLease(database: Database, run: number, owner: Owner, now: number): void {
  database.run(
    'INSERT INTO leases (run, instance, pid, start_time, boot, namespace, beat) VALUES (?, ?, ?, ?, ?, ?, ?)',
    run,
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
