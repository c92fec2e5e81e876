import type { ExperimentEvent } from '@chard/core/experiment';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import {
  experimentActive,
  experimentExists,
  experimentLeaseLost,
  experimentNameTaken,
  experimentOwned,
  experimentUnknown
} from './failures';
import { MemoryLeaseStore } from './memoryLeases';
import type {
  ArtefactName,
  AskedCommand,
  ExperimentChange,
  ExperimentFilter,
  ExperimentRecord,
  ExperimentStore,
  LeaseStore,
  NewExperiment,
  Owner,
  ReadOptions
} from './model';

interface MemoryExperiment {
  record: ExperimentRecord;
  readonly artefacts: Partial<Record<ArtefactName, string>>;
  readonly events: ExperimentEvent[];
  readonly memory: Map<string, string>;
  asked: AskedCommand[];
}

/** What the experiments have to do with the rest of the store. */
export interface Surroundings {
  announce(): void;
  onChange(listener: () => void): () => void;
  /** Removes the runs of an experiment's trials, or forgets whose they are. @throws ChardError `run-active`. */
  letGoOfRuns(experiment: string, runs: 'delete' | 'keep'): void;
}

/** The logs of all experiments, for as long as the process lives. */
export class MemoryExperimentStore implements ExperimentStore {
  readonly leases: LeaseStore;
  private readonly experiments = new Map<string, MemoryExperiment>();
  private commands = 0;

  constructor(private readonly surroundings: Surroundings) {
    this.leases = new MemoryLeaseStore(
      new Map(),
      id => this.require(id),
      (id, owner) => experimentOwned(id, owner)
    );
  }

  create({ artefacts, change, ...rest }: NewExperiment, owner: Owner): void {
    if (this.experiments.has(rest.id)) throw experimentExists(rest.id);
    this.requireFreeName(rest.notebook, rest.name);
    const createdAt = change.events[0]?.time ?? 0;
    const record: ExperimentRecord = {
      ...rest,
      ...change.outline,
      createdAt,
      lastSeq: 0,
      damage: null
    };
    const experiment = { record, artefacts, events: [], memory: new Map(), asked: [] };
    this.experiments.set(rest.id, experiment);
    this.leases.take(rest.id, owner, createdAt, () => true);
    this.write(experiment, change);
  }

  get(id: string): ExperimentRecord | undefined {
    return this.experiments.get(id)?.record;
  }

  list({ notebook, phases, before, limit }: ExperimentFilter = {}): ExperimentRecord[] {
    const records = [...this.experiments.values()].map(({ record }) => record);
    const end = records.findIndex(({ id }) => id === before);
    return records
      .slice(0, before === undefined ? records.length : Math.max(0, end))
      .reverse()
      .filter(record => notebook === undefined || record.notebook === notebook)
      .filter(record => phases === undefined || phases.includes(record.phase))
      .slice(0, limit);
  }

  artefacts(id: string): Partial<Record<ArtefactName, string>> {
    return this.require(id).artefacts;
  }

  /** Content addresses that experiments need, those in `without` not counted. */
  needed(without: readonly string[]): string[] {
    return [...this.experiments]
      .filter(([id]) => !without.includes(id))
      .flatMap(([, { artefacts }]) => Object.values(artefacts));
  }

  append(id: string, owner: Owner, change: ExperimentChange): ExperimentEvent[] {
    const experiment = this.require(id);
    if (this.leases.get(id)?.owner.instance !== owner.instance) throw experimentLeaseLost(id);
    return this.write(experiment, change);
  }

  read(
    id: string,
    { after = 0, limit }: Pick<ReadOptions, 'after' | 'limit'> = {}
  ): ExperimentEvent[] {
    return this.require(id).events.slice(after).slice(0, limit);
  }

  memory(id: string): Record<string, string> {
    return Object.fromEntries(this.require(id).memory);
  }

  ask(id: string, command: ExperimentCommand): void {
    this.commands += 1;
    this.require(id).asked.push({ number: this.commands, command });
    this.surroundings.announce();
  }

  asked(id: string): AskedCommand[] {
    return [...this.require(id).asked];
  }

  rename(id: string, name: string): void {
    const experiment = this.require(id);
    if (experiment.record.name === name) return;
    this.requireFreeName(experiment.record.notebook, name);
    experiment.record = { ...experiment.record, name };
    this.surroundings.announce();
  }

  delete(id: string, runs: 'delete' | 'keep'): void {
    this.require(id);
    if (this.leases.get(id) !== undefined) throw experimentActive(id);
    this.surroundings.letGoOfRuns(id, runs);
    this.experiments.delete(id);
    this.surroundings.announce();
  }

  onChange(listener: () => void): () => void {
    return this.surroundings.onChange(listener);
  }

  private write(
    experiment: MemoryExperiment,
    { events, outline, memory = {}, heard = 0 }: ExperimentChange
  ): ExperimentEvent[] {
    const first = experiment.events.length + 1;
    const written = events.map(({ time, body }, index): ExperimentEvent =>
      structuredClone({ seq: first + index, time, ...body })
    );
    experiment.events.push(...written);
    for (const [key, value] of Object.entries(memory)) experiment.memory.set(key, value);
    experiment.asked = experiment.asked.filter(({ number }) => number > heard);
    const lastSeq = experiment.events.length;
    experiment.record = { ...experiment.record, ...structuredClone(outline), lastSeq };
    this.surroundings.announce();
    return written;
  }

  private requireFreeName(notebook: string, name: string): void {
    const records = [...this.experiments.values()].map(({ record }) => record);
    if (records.some(record => record.notebook === notebook && record.name === name)) {
      throw experimentNameTaken(name);
    }
  }

  private require(id: string): MemoryExperiment {
    const experiment = this.experiments.get(id);
    if (experiment === undefined) throw experimentUnknown(id);
    return experiment;
  }
}
