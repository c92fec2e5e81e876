import { createHash } from 'node:crypto';
import type { RunEvent } from '@chard/core/run';
import { ChardError } from '../errors';
import { EMPTY_OUTLINE, isLoud, outlineAfter, phaseAfter, stepOf } from './effects';
import { leaseLost, runActive, runOwned, runUnknown, trialHasRun } from './failures';
import { MemoryExperimentStore } from './memoryExperiments';
import { MemoryLeaseStore } from './memoryLeases';
import type {
  ArtefactName,
  Held,
  Lease,
  NewRun,
  Owner,
  PendingEvent,
  ReadOptions,
  ResultStore,
  RunFilter,
  RunRecord,
  RunStore,
  StoredResult,
  Stores,
  TrialOfRun
} from './model';

interface MemoryRun {
  record: RunRecord;
  readonly artefacts: Partial<Record<ArtefactName, string>>;
  readonly events: RunEvent[];
  readonly files: Map<string, unknown>;
}

interface MemoryResult {
  readonly result: StoredResult;
  readonly runs: Set<string>;
  usedAt: number;
  /** Order of the last put, for those of one time. */
  readonly number: number;
}

/** A store that is gone with its process: for specs, and for what must leave no trace. It keeps no value files. */
export function memoryStores(): Stores {
  const memory = new Memory();
  return {
    home: '',
    runs: new MemoryRunStore(memory),
    leases: new MemoryLeaseStore(memory.leases, id => memory.run(id), runOwned),
    experiments: memory.experiments,
    results: new MemoryResultStore(memory),
    values: { folder: '', has: () => false, size: () => null },
    artefacts: {
      put(bytes) {
        const digest = createHash('sha256').update(bytes).digest('hex');
        memory.artefacts.set(digest, Uint8Array.from(bytes));
        return digest;
      },
      get(digest) {
        const bytes = memory.artefacts.get(digest);
        if (bytes === undefined) {
          throw new ChardError('artefact-missing', `A record of the run is missing: ${digest}.`);
        }
        return bytes;
      }
    },
    // Nothing here can fail half-way but by the caller's own exception.
    together: work => work(),
    togetherAtEase: work => work(),
    heldBy: (runs, experiments = []) => memory.heldBy(runs, experiments),
    collectGarbage: isAlive => memory.collectGarbage(isAlive),
    place: () => 'there',
    demandThere: () => undefined,
    demandWritable: () => undefined,
    close: () => memory.listeners.clear()
  };
}

class Memory {
  readonly runs = new Map<string, MemoryRun>();
  readonly leases = new Map<string, Lease>();
  readonly results = new Map<string, MemoryResult>();
  readonly artefacts = new Map<string, Uint8Array>();
  readonly listeners = new Set<() => void>();
  /** The number of each notebook's last run. */
  readonly numbers = new Map<string, number>();
  readonly experiments = new MemoryExperimentStore({
    announce: () => this.announce(),
    onChange: listener => this.onChange(listener),
    letGoOfRuns: (experiment, runs) => this.letGoOfRuns(experiment, runs)
  });
  puts = 0;
  private announced = false;

  run(id: string): MemoryRun {
    const run = this.runs.get(id);
    if (run === undefined) throw runUnknown(id);
    return run;
  }

  announce(): void {
    if (this.announced) return;
    this.announced = true;
    setImmediate(() => {
      this.announced = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  collectGarbage(isAlive: (lease: Lease) => boolean): ReturnType<Stores['collectGarbage']> {
    if ([...this.leases.values()].some(isAlive)) return { files: 0, bytes: 0, postponed: true };
    const used = this.usedArtefacts();
    const unused = [...this.artefacts].filter(([digest]) => !used.has(digest));
    for (const [digest] of unused) this.artefacts.delete(digest);
    return { ...sizeOf(unused), postponed: false };
  }

  heldBy(runs: readonly string[], experiments: readonly string[]): Held {
    const used = this.usedArtefacts();
    const kept = this.usedArtefacts(runs, experiments);
    return sizeOf([...this.artefacts].filter(([digest]) => used.has(digest) && !kept.has(digest)));
  }

  onChange(listener: () => void): () => void {
    const own = (): void => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  deleteRun(id: string): void {
    this.run(id);
    if (this.leases.has(id)) throw runActive(id);
    this.runs.delete(id);
    for (const [key, { runs }] of this.results) {
      runs.delete(id);
      if (runs.size === 0) this.results.delete(key);
    }
  }

  private letGoOfRuns(experiment: string, what: 'delete' | 'keep'): void {
    const trials = [...this.runs].filter(
      ([, { record }]) => record.trial?.experiment === experiment
    );
    for (const [id] of trials) if (what === 'delete' && this.leases.has(id)) throw runActive(id);
    for (const [id, run] of trials) {
      if (what === 'delete') this.deleteRun(id);
      else run.record = { ...run.record, trial: null };
    }
  }

  private usedArtefacts(
    runs: readonly string[] = [],
    experiments: readonly string[] = []
  ): Set<string> {
    return new Set([
      ...[...this.runs]
        .filter(([id]) => !runs.includes(id))
        .flatMap(([, run]) => Object.values(run.artefacts)),
      ...this.experiments.needed(experiments)
    ]);
  }
}

function sizeOf(artefacts: readonly [string, Uint8Array][]): Held {
  const bytes = artefacts.reduce((sum, [, content]) => sum + content.length, 0);
  return { files: artefacts.length, bytes };
}

class MemoryRunStore implements RunStore {
  constructor(private readonly memory: Memory) {}

  create({ id, notebook, pipeline, artefacts, events, trial }: NewRun, owner: Owner): void {
    if (this.memory.runs.has(id)) {
      throw new ChardError('run-exists', `There is already a run ${id} in this store.`);
    }
    const known = trial !== null && this.memory.experiments.get(trial.experiment) !== undefined;
    if (known && [...this.memory.runs.values()].some(({ record }) => isTrial(record, trial))) {
      throw trialHasRun(trial);
    }
    const createdAt = events[0]?.time ?? 0;
    const number = (this.memory.numbers.get(notebook) ?? 0) + 1;
    this.memory.numbers.set(notebook, number);
    const record: RunRecord = {
      ...EMPTY_OUTLINE,
      id,
      number,
      notebook,
      pipeline,
      phase: 'pending',
      createdAt,
      finishedAt: null,
      lastSeq: 0,
      cancelRequested: false,
      title: null,
      trial: known ? trial : null
    };
    const run = { record, artefacts, events: [], files: new Map<string, unknown>() };
    this.memory.runs.set(id, run);
    this.memory.leases.set(id, { run: id, owner, beat: createdAt });
    this.insert(run, events);
  }

  get(id: string): RunRecord | undefined {
    return this.memory.runs.get(id)?.record;
  }

  list({ notebook, phases, before, limit, experiment }: RunFilter = {}): RunRecord[] {
    const records = [...this.memory.runs.values()].map(({ record }) => record);
    const end = records.findIndex(({ id }) => id === before);
    return records
      .slice(0, before === undefined ? records.length : Math.max(0, end))
      .reverse()
      .filter(record => notebook === undefined || record.notebook === notebook)
      .filter(record => phases === undefined || phases.includes(record.phase))
      .filter(
        ({ trial }) =>
          experiment === undefined || (trial === null ? null : trial.experiment) === experiment
      )
      .slice(0, limit);
  }

  artefacts(id: string): Partial<Record<ArtefactName, string>> {
    return this.memory.run(id).artefacts;
  }

  append(id: string, owner: Owner, events: readonly PendingEvent[]): RunEvent[] {
    if (events.length === 0) return [];
    const run = this.memory.run(id);
    if (this.memory.leases.get(id)?.owner.instance !== owner.instance) throw leaseLost(id);
    return this.insert(run, events);
  }

  read(id: string, { after = 0, limit, step, quiet = false, types }: ReadOptions = {}): RunEvent[] {
    return this.memory
      .run(id)
      .events.slice(after)
      .filter(event => step === undefined || stepOf(event) === step)
      .filter(event => !quiet || !isLoud(event))
      .filter(event => types?.includes(event.type) !== false)
      .slice(0, limit);
  }

  saveStepFiles(id: string, step: string, files: unknown): void {
    const saved = this.memory.run(id).files;
    saved.delete(step);
    saved.set(step, files);
  }

  stepFiles(id: string): Map<string, unknown> {
    return new Map(this.memory.run(id).files);
  }

  rename(id: string, title: string | null): void {
    const run = this.memory.run(id);
    run.record = { ...run.record, title };
    this.memory.announce();
  }

  requestCancel(id: string): void {
    const run = this.memory.run(id);
    run.record = { ...run.record, cancelRequested: true };
    this.memory.announce();
  }

  delete(id: string): void {
    this.memory.deleteRun(id);
    this.memory.announce();
  }

  onChange(listener: () => void): () => void {
    return this.memory.onChange(listener);
  }

  private insert(run: MemoryRun, pending: readonly PendingEvent[]): RunEvent[] {
    const first = run.record.lastSeq + 1;
    const events = pending.map(({ time, body }, index): RunEvent =>
      structuredClone({ seq: first + index, time, ...body })
    );
    for (const event of events) {
      run.events.push(event);
      run.record = { ...run.record, ...outlineAfter(run.record, event) };
      const phase = phaseAfter(event);
      if (phase === undefined) continue;
      const isOpen = phase === 'pending' || phase === 'running';
      const { cancelRequested } = run.record;
      run.record = {
        ...run.record,
        phase,
        finishedAt: isOpen ? null : event.time,
        cancelRequested: phase === 'running' ? false : cancelRequested
      };
    }
    run.record = { ...run.record, lastSeq: run.events.length };
    this.memory.announce();
    return events;
  }
}

class MemoryResultStore implements ResultStore {
  constructor(private readonly memory: Memory) {}

  find(key: string): StoredResult | undefined {
    return this.memory.results.get(key)?.result;
  }

  latest(notebook: string, step: string): StoredResult | undefined {
    const results = [...this.memory.results.values()].filter(
      ({ result }) => result.notebook === notebook && result.step === step
    );
    return results.sort((a, b) => b.usedAt - a.usedAt || b.number - a.number)[0]?.result;
  }

  put(result: StoredResult, run: string): void {
    this.memory.run(run);
    this.memory.puts += 1;
    this.memory.results.set(result.key, {
      result: structuredClone(result),
      runs: new Set([run]),
      usedAt: result.createdAt,
      number: this.memory.puts
    });
  }

  use(key: string, run: string, now: number): void {
    this.memory.run(run);
    const found = this.memory.results.get(key);
    if (found === undefined) return;
    found.runs.add(run);
    found.usedAt = now;
  }

  runOf(key: string): string | undefined {
    const users = this.memory.results.get(key)?.runs ?? new Set();
    return [...this.memory.runs.keys()].find(run => users.has(run));
  }
}

function isTrial({ trial }: RunRecord, other: TrialOfRun): boolean {
  return trial?.experiment === other.experiment && trial.number === other.number;
}
