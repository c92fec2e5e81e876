import { MetricValue, type RunEvent, type RunEventBody, RunPhase } from '@chard/core/run';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { EMPTY_OUTLINE, outlineAfter, phaseAfter, stepOf, valuesOf } from '../effects';
import { leaseLost, runActive, runUnknown, trialHasRun } from '../failures';
import type {
  ArtefactName,
  NewRun,
  Owner,
  PendingEvent,
  ReadOptions,
  RunFilter,
  RunOutline,
  RunRecord,
  RunStore,
  TrialOfRun
} from '../model';
import type { ChangeFeed } from './changes';
import type { Database, Row } from './database';
import { insertLease, RUN_LEASES } from './leases';
import { stored, storedAs } from './stored';

const OUTLINE = 'parameters, metrics, failed_step';
const EXPERIMENT =
  '(SELECT id FROM experiments WHERE experiments.number = runs.experiment) AS experiment_id';
const COLUMNS = `number, id, trial, ${EXPERIMENT}, ordinal, notebook, pipeline, phase, created_at, finished_at, last_seq, cancel_requested, title, ${OUTLINE}`;
/** Letter by letter as in the index `quiet_events`, so that it is used. */
const QUIET = `json_extract(body, '$.type') NOT IN ('output', 'output-dropped', 'display')`;
const ALL = -1;

const Parameters = z.record(z.string(), z.json());
const Metrics = z.record(z.string(), MetricValue);

/** The logs of all runs in SQLite. */
export class SqliteRunStore implements RunStore {
  constructor(
    private readonly database: Database,
    private readonly changes: ChangeFeed
  ) {}

  create(run: NewRun, owner: Owner): void {
    const now = run.events[0]?.time ?? 0;
    this.database.transaction(() => {
      if (this.find(run.id) !== undefined) {
        throw new ChardError('run-exists', `There is already a run ${run.id} in this store.`);
      }
      if (run.trial !== null && this.hasRun(run.trial)) throw trialHasRun(run.trial);
      this.database.run(
        `INSERT INTO runs (id, ordinal, notebook, pipeline, phase, created_at, last_seq, experiment, trial)
         VALUES (?, ?, ?, ?, 'pending', ?, 0, (SELECT number FROM experiments WHERE id = ?), ?)`,
        run.id,
        this.nextOrdinal(run.notebook),
        run.notebook,
        run.pipeline,
        now,
        run.trial?.experiment ?? null,
        run.trial?.number ?? null
      );
      const number = this.numberOf(run.id);
      for (const [name, digest] of Object.entries(run.artefacts)) {
        this.database.run(
          'INSERT INTO artefacts (run, name, digest) VALUES (?, ?, ?)',
          number,
          name,
          digest
        );
      }
      insertLease(this.database, RUN_LEASES, number, owner, now);
      this.insert(number, 0, run.events);
    });
    this.changes.announce();
  }

  get(id: string): RunRecord | undefined {
    const row = this.find(id);
    return row === undefined ? undefined : toRecord(row);
  }

  list({ notebook, phases, before, limit, experiment }: RunFilter = {}): RunRecord[] {
    const rows = this.database.all(
      `SELECT ${COLUMNS} FROM runs
       WHERE (?1 IS NULL OR notebook = ?1) AND (?2 IS NULL OR phase IN (SELECT value FROM json_each(?2)))
         AND (?3 IS NULL OR number < (SELECT number FROM runs WHERE id = ?3))
         AND (?5 IS NULL OR experiment = (SELECT number FROM experiments WHERE id = ?5))
         AND (?6 = 0 OR experiment IS NULL)
       ORDER BY number DESC LIMIT ?4`,
      notebook ?? null,
      phases === undefined ? null : JSON.stringify(phases),
      before ?? null,
      limit ?? ALL,
      experiment ?? null,
      experiment === null ? 1 : 0
    );
    return rows.map(toRecord);
  }

  artefacts(id: string): Partial<Record<ArtefactName, string>> {
    const rows = this.database.all(
      'SELECT name, digest FROM artefacts WHERE run = ?',
      this.numberOf(id)
    );
    return Object.fromEntries(rows.map(({ name, digest }) => [String(name), String(digest)]));
  }

  append(id: string, owner: Owner, events: readonly PendingEvent[]): RunEvent[] {
    if (events.length === 0) return [];
    const first = this.database.transaction(() => {
      const row = this.database.get(
        `SELECT number, last_seq, instance FROM runs LEFT JOIN leases ON leases.run = number WHERE id = ?`,
        id
      );
      if (row === undefined) throw runUnknown(id);
      if (row['instance'] !== owner.instance) throw leaseLost(id);
      const last = Number(row['last_seq']);
      this.insert(Number(row['number']), last, events);
      return last + 1;
    });
    this.changes.announce();
    return events.map(({ time, body }, index) => ({ seq: first + index, time, ...body }));
  }

  read(
    id: string,
    { after = 0, limit = ALL, step, quiet = false, types }: ReadOptions = {}
  ): RunEvent[] {
    const conditions = [
      'run = ?',
      'seq > ?',
      ...(step === undefined ? [] : ['step = ?']),
      ...(quiet ? [QUIET] : []),
      ...(types === undefined
        ? []
        : [`json_extract(body, '$.type') IN (SELECT value FROM json_each(?))`])
    ];
    const rows = this.database.all(
      `SELECT seq, time, body FROM events WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT ?`,
      this.numberOf(id),
      after,
      ...(step === undefined ? [] : [step]),
      ...(types === undefined ? [] : [JSON.stringify(types)]),
      limit
    );
    return rows.map(row => toEvent(row, id));
  }

  saveStepFiles(id: string, step: string, files: unknown): void {
    this.database.run(
      'INSERT INTO step_files (run, step, files) VALUES (?, ?, ?)',
      this.numberOf(id),
      step,
      JSON.stringify(files)
    );
  }

  stepFiles(id: string): Map<string, unknown> {
    const rows = this.database.all(
      'SELECT step, files FROM step_files WHERE run = ? ORDER BY number',
      this.numberOf(id)
    );
    return new Map(rows.map(({ step, files }) => [String(step), stored(files, `the run ${id}`)]));
  }

  rename(id: string, title: string | null): void {
    if (this.database.run('UPDATE runs SET title = ? WHERE id = ?', title, id) === 0) {
      throw runUnknown(id);
    }
    this.changes.announce();
  }

  requestCancel(id: string): void {
    if (this.database.run('UPDATE runs SET cancel_requested = 1 WHERE id = ?', id) === 0) {
      throw runUnknown(id);
    }
    this.changes.announce();
  }

  delete(id: string): void {
    this.database.transaction(() => {
      const number = this.numberOf(id);
      if (this.database.get('SELECT 1 FROM leases WHERE run = ?', number) !== undefined) {
        throw runActive(id);
      }
      this.database.run('DELETE FROM runs WHERE number = ?', number);
      this.database.run('DELETE FROM results WHERE key NOT IN (SELECT key FROM result_uses)');
    });
    this.changes.announce();
  }

  onChange(listener: () => void): () => void {
    return this.changes.subscribe(listener);
  }

  private insert(number: number, last: number, events: readonly PendingEvent[]): void {
    events.forEach(({ time, body }, index) => {
      this.database.run(
        'INSERT INTO events (run, seq, time, step, body) VALUES (?, ?, ?, ?, ?)',
        number,
        last + 1 + index,
        time,
        stepOf(body),
        JSON.stringify(body)
      );
      for (const value of valuesOf(body)) {
        this.database.run(
          'INSERT OR IGNORE INTO value_uses (run, value) VALUES (?, ?)',
          number,
          value
        );
      }
      const phase = phaseAfter(body);
      if (phase !== undefined) {
        this.database.run(
          `UPDATE runs SET phase = ?1, finished_at = iif(?1 IN ('pending', 'running'), NULL, ?2),
             cancel_requested = iif(?1 = 'running', 0, cancel_requested)
           WHERE number = ?3`,
          phase,
          time,
          number
        );
      }
    });
    this.saveOutline(number, events);
    this.database.run(
      'UPDATE runs SET last_seq = ? WHERE number = ?',
      last + events.length,
      number
    );
  }

  private hasRun({ experiment, number }: TrialOfRun): boolean {
    const row = this.database.get(
      'SELECT 1 FROM runs WHERE experiment = (SELECT number FROM experiments WHERE id = ?) AND trial = ?',
      experiment,
      number
    );
    return row !== undefined;
  }

  /** Deleting a run does not give its number to another. */
  private nextOrdinal(notebook: string): number {
    const row = this.database.get(
      `INSERT INTO notebooks (path, last_run) VALUES (?, 1)
       ON CONFLICT (path) DO UPDATE SET last_run = last_run + 1 RETURNING last_run`,
      notebook
    );
    return Number(row?.['last_run']);
  }

  private saveOutline(number: number, events: readonly PendingEvent[]): void {
    if (events.every(({ body }) => outlineAfter(EMPTY_OUTLINE, body) === EMPTY_OUTLINE)) return;
    const row = this.database.get(`SELECT ${OUTLINE} FROM runs WHERE number = ?`, number);
    const before = toOutline(row ?? {});
    const after = events.reduce((outline, { body }) => outlineAfter(outline, body), before);
    this.database.run(
      'UPDATE runs SET parameters = ?, metrics = ?, failed_step = ? WHERE number = ?',
      JSON.stringify(after.parameters),
      JSON.stringify(after.metrics),
      after.failedStep,
      number
    );
  }

  private find(id: string): Row | undefined {
    return this.database.get(`SELECT ${COLUMNS} FROM runs WHERE id = ?`, id);
  }

  private numberOf(id: string): number {
    const row = this.database.get('SELECT number FROM runs WHERE id = ?', id);
    if (row === undefined) throw runUnknown(id);
    return Number(row['number']);
  }
}

function toRecord(row: Row): RunRecord {
  return {
    ...toOutline(row),
    id: String(row['id']),
    number: Number(row['ordinal']),
    notebook: String(row['notebook']),
    pipeline: String(row['pipeline']),
    phase: RunPhase.parse(row['phase']),
    createdAt: Number(row['created_at']),
    finishedAt: row['finished_at'] == null ? null : Number(row['finished_at']),
    lastSeq: Number(row['last_seq']),
    cancelRequested: row['cancel_requested'] === 1,
    title: row['title'] == null ? null : String(row['title']),
    trial:
      row['experiment_id'] == null
        ? null
        : { experiment: String(row['experiment_id']), number: Number(row['trial']) }
  };
}

function toOutline(row: Row): RunOutline {
  const what = `the run ${String(row['id'] ?? '')}`.trim();
  return {
    parameters: storedAs(Parameters, row['parameters'] ?? '{}', what),
    metrics: storedAs(Metrics, row['metrics'] ?? '{}', what),
    failedStep: row['failed_step'] == null ? null : String(row['failed_step'])
  };
}

/** The body was validated before it was written; the database's own checks stand for the bytes. */
function toEvent(row: Row, run: string): RunEvent {
  const body = stored(row['body'], `the run ${run}`) as RunEventBody;
  return { seq: Number(row['seq']), time: Number(row['time']), ...body };
}
