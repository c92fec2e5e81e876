import {
  Assignment,
  EndReason,
  ExperimentPhase,
  ObjectiveType,
  TrialCounts,
  TrialPhase,
  emptyTally,
  type ExperimentEvent,
  type ExperimentEventBody
} from '@chard/core/experiment';
import { ExperimentCommand } from '@chard/core/protocol/api';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { reasonOf } from '../../files';
import {
  experimentActive,
  experimentExists,
  experimentLeaseLost,
  experimentNameTaken,
  experimentUnknown,
  runActive
} from '../failures';
import type {
  ArtefactName,
  AskedCommand,
  ExperimentChange,
  ExperimentFilter,
  ExperimentOutline,
  ExperimentRecord,
  ExperimentStore,
  NewExperiment,
  Owner,
  ReadOptions
} from '../model';
import type { ChangeFeed } from './changes';
import type { Database, Row } from './database';
import { EXPERIMENT_LEASES, insertLease, SqliteLeaseStore } from './leases';
import { stored, storedAs } from './stored';

const COLUMNS =
  'number, id, notebook, name, pipeline, objective, algorithm, outline, created_at, last_seq';
const ALL = -1;

const Outline = z.object({
  phase: ExperimentPhase,
  reason: EndReason.nullable(),
  counts: TrialCounts,
  tally: z.record(TrialPhase, z.int()),
  best: z
    .object({
      trial: z.int(),
      run: z.string().nullable(),
      value: z.number(),
      parameters: Assignment
    })
    .nullable(),
  finishedAt: z.number().nullable()
});
const Objective = z.object({ type: ObjectiveType, metric: z.string() });

/** The logs of all experiments in SQLite. */
export class SqliteExperimentStore implements ExperimentStore {
  readonly leases: SqliteLeaseStore;

  constructor(
    private readonly database: Database,
    private readonly changes: ChangeFeed
  ) {
    this.leases = new SqliteLeaseStore(database, EXPERIMENT_LEASES);
  }

  create(experiment: NewExperiment, owner: Owner): void {
    const { id, notebook, name, pipeline, objective, algorithm, artefacts, change } = experiment;
    const now = change.events[0]?.time ?? 0;
    this.database.transaction(() => {
      if (this.find(id) !== undefined) throw experimentExists(id);
      this.requireFreeName(notebook, name);
      this.database.run(
        `INSERT INTO experiments
           (id, notebook, name, pipeline, objective, algorithm, phase, outline, created_at, last_seq)
         VALUES (?, ?, ?, ?, ?, ?, 'pending', '', ?, 0)`,
        id,
        notebook,
        name,
        pipeline,
        JSON.stringify(objective),
        algorithm,
        now
      );
      const number = this.numberOf(id);
      for (const [artefact, digest] of Object.entries(artefacts)) {
        this.database.run(
          'INSERT INTO experiment_artefacts (experiment, name, digest) VALUES (?, ?, ?)',
          number,
          artefact,
          digest
        );
      }
      insertLease(this.database, EXPERIMENT_LEASES, number, owner, now);
      this.write(number, 0, change);
    });
    this.changes.announce();
  }

  get(id: string): ExperimentRecord | undefined {
    const row = this.find(id);
    return row === undefined ? undefined : toRecord(row);
  }

  list({ notebook, phases, before, limit }: ExperimentFilter = {}): ExperimentRecord[] {
    const rows = this.database.all(
      `SELECT ${COLUMNS} FROM experiments
       WHERE (?1 IS NULL OR notebook = ?1) AND (?2 IS NULL OR phase IN (SELECT value FROM json_each(?2)))
         AND (?3 IS NULL OR number < (SELECT number FROM experiments WHERE id = ?3))
       ORDER BY number DESC LIMIT ?4`,
      notebook ?? null,
      phases === undefined ? null : JSON.stringify(phases),
      before ?? null,
      limit ?? ALL
    );
    return rows.map(toRecord);
  }

  artefacts(id: string): Partial<Record<ArtefactName, string>> {
    const rows = this.database.all(
      'SELECT name, digest FROM experiment_artefacts WHERE experiment = ?',
      this.numberOf(id)
    );
    return Object.fromEntries(rows.map(({ name, digest }) => [String(name), String(digest)]));
  }

  append(id: string, owner: Owner, change: ExperimentChange): ExperimentEvent[] {
    const first = this.database.transaction(() => {
      const row = this.database.get(
        `SELECT number, last_seq, instance FROM experiments
         LEFT JOIN experiment_leases ON experiment = number WHERE id = ?`,
        id
      );
      if (row === undefined) throw experimentUnknown(id);
      if (row['instance'] !== owner.instance) throw experimentLeaseLost(id);
      const last = Number(row['last_seq']);
      this.write(Number(row['number']), last, change);
      return last + 1;
    });
    this.changes.announce();
    return change.events.map(({ time, body }, index) => ({ seq: first + index, time, ...body }));
  }

  read(
    id: string,
    { after = 0, limit = ALL }: Pick<ReadOptions, 'after' | 'limit'> = {}
  ): ExperimentEvent[] {
    const rows = this.database.all(
      'SELECT seq, time, body FROM experiment_events WHERE experiment = ? AND seq > ? ORDER BY seq LIMIT ?',
      this.numberOf(id),
      after,
      limit
    );
    return rows.map(row => toEvent(row, id));
  }

  memory(id: string): Record<string, string> {
    const rows = this.database.all(
      'SELECT key, value FROM experiment_memory WHERE experiment = ?',
      this.numberOf(id)
    );
    return Object.fromEntries(rows.map(({ key, value }) => [String(key), String(value)]));
  }

  ask(id: string, command: ExperimentCommand): void {
    this.database.run(
      'INSERT INTO experiment_commands (experiment, command) VALUES (?, ?)',
      this.numberOf(id),
      JSON.stringify(command)
    );
    this.changes.announce();
  }

  asked(id: string): AskedCommand[] {
    const rows = this.database.all(
      'SELECT number, command FROM experiment_commands WHERE experiment = ? ORDER BY number',
      this.numberOf(id)
    );
    return rows.map(({ number, command }) => ({
      number: Number(number),
      command: storedAs(ExperimentCommand, command, `the experiment ${id}`)
    }));
  }

  rename(id: string, name: string): void {
    this.database.transaction(() => {
      const record = this.get(id);
      if (record === undefined) throw experimentUnknown(id);
      if (record.name === name) return;
      this.requireFreeName(record.notebook, name);
      this.database.run('UPDATE experiments SET name = ? WHERE id = ?', name, id);
    });
    this.changes.announce();
  }

  delete(id: string, runs: 'delete' | 'keep'): void {
    this.database.transaction(() => {
      const number = this.numberOf(id);
      if (this.leases.get(id) !== undefined) throw experimentActive(id);
      if (runs === 'delete') this.deleteRuns(number);
      this.database.run('DELETE FROM experiments WHERE number = ?', number);
    });
    this.changes.announce();
  }

  onChange(listener: () => void): () => void {
    return this.changes.subscribe(listener);
  }

  private deleteRuns(experiment: number): void {
    const busy = this.database.get(
      'SELECT id FROM runs JOIN leases ON run = number WHERE experiment = ? LIMIT 1',
      experiment
    );
    if (busy !== undefined) throw runActive(String(busy['id']));
    this.database.run('DELETE FROM runs WHERE experiment = ?', experiment);
    this.database.run('DELETE FROM results WHERE key NOT IN (SELECT key FROM result_uses)');
  }

  private write(
    number: number,
    last: number,
    { events, outline, memory = {}, heard }: ExperimentChange
  ): void {
    events.forEach(({ time, body }, index) =>
      this.database.run(
        'INSERT INTO experiment_events (experiment, seq, time, body) VALUES (?, ?, ?, ?)',
        number,
        last + 1 + index,
        time,
        JSON.stringify(body)
      )
    );
    for (const [key, value] of Object.entries(memory)) {
      this.database.run(
        `INSERT INTO experiment_memory (experiment, key, value) VALUES (?, ?, ?)
         ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value`,
        number,
        key,
        value
      );
    }
    if (heard !== undefined) {
      this.database.run(
        'DELETE FROM experiment_commands WHERE experiment = ? AND number <= ?',
        number,
        heard
      );
    }
    this.database.run(
      'UPDATE experiments SET phase = ?, outline = ?, last_seq = ? WHERE number = ?',
      outline.phase,
      JSON.stringify(outline),
      last + events.length,
      number
    );
  }

  private requireFreeName(notebook: string, name: string): void {
    const taken = this.database.get(
      'SELECT 1 FROM experiments WHERE notebook = ? AND name = ?',
      notebook,
      name
    );
    if (taken !== undefined) throw experimentNameTaken(name);
  }

  private find(id: string): Row | undefined {
    return this.database.get(`SELECT ${COLUMNS} FROM experiments WHERE id = ?`, id);
  }

  private numberOf(id: string): number {
    const row = this.database.get('SELECT number FROM experiments WHERE id = ?', id);
    if (row === undefined) throw experimentUnknown(id);
    return Number(row['number']);
  }
}

/** What is said of an experiment whose row is damaged; its log may be sound. */
const UNKNOWN = {
  reason: null,
  counts: { maxTrialCount: 1, parallelTrialCount: 1, maxFailedTrialCount: 0 },
  tally: emptyTally,
  best: null,
  finishedAt: null
};

/** One damaged row must not hide the others: it says so itself. */
function toRecord(row: Row): ExperimentRecord {
  const id = String(row['id']);
  let damage: string | null = null;
  const read = <T>(schema: z.ZodType<T>, column: string, unknown: T): T => {
    try {
      return storedAs(schema, row[column], `the experiment ${id}`);
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      damage ??= damageOf(id, error);
      return unknown;
    }
  };
  const phase = ExperimentPhase.catch('failed').parse(row['phase']);
  return {
    ...read<ExperimentOutline>(Outline, 'outline', { ...UNKNOWN, phase }),
    id,
    notebook: String(row['notebook']),
    name: String(row['name']),
    pipeline: String(row['pipeline']),
    objective: read(Objective, 'objective', { type: 'minimize', metric: '' }),
    algorithm: String(row['algorithm']),
    createdAt: Number(row['created_at']),
    lastSeq: Number(row['last_seq']),
    damage
  };
}

function damageOf(id: string, { cause }: ChardError): string {
  return (
    `What lists show of the experiment ${id} is damaged (${reasonOf(cause)}). \`chard experiments show ${id}\` reads what happened from ` +
    `its log, \`chard experiments delete ${id}\` removes it; a backup of the store has it whole.`
  );
}

/** The body was validated before it was written; the database's own checks stand for the bytes. */
function toEvent(row: Row, experiment: string): ExperimentEvent {
  const body = stored(row['body'], `the experiment ${experiment}`) as ExperimentEventBody;
  return { seq: Number(row['seq']), time: Number(row['time']), ...body };
}
