import { dirname } from 'node:path';
import {
  foldExperiment,
  initialExperimentState,
  isExperimentOver,
  isTrialOver,
  type Assignment,
  type EndReason,
  type ExperimentEventBody,
  type ExperimentSpec,
  type ExperimentState,
  type TrialCounts
} from '@chard/core/experiment';
import { Pipeline } from '@chard/core/pipeline/model';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import type { Engine, ExecutionContext } from '../engines/engine';
import { GivenUp } from '../engines/givenUp';
import { systemClock, type Clock } from '../engines/local/clock';
import { realFolder } from '../engines/local/workspace/folder';
import { ChardError } from '../errors';
import { bindParameterValues } from '../notebooks/parameters';
import {
  BEAT_MILLISECONDS,
  newId,
  ownerLives,
  thisOwner,
  type ExperimentRecord,
  type Lease,
  type Owner,
  type Stores
} from '../stores';
import { experimentUnknown } from '../stores/failures';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import { ExperimentExecution, notRun, type ExperimentPlan } from './execution';
import type {
  ExperimentEngine,
  ExperimentHandle,
  ExperimentRequest,
  ResumeOptions
} from './experimentEngine';
import { ExperimentLog } from './log';
import { experimentOutline } from './outline';
import { experimentPin } from './pin';
import type { OpenSuggester, Suggester } from './suggester/suggester';

export interface LocalExperimentOptions {
  readonly stores: Stores;
  /** Runs the trials. */
  readonly engine: Engine;
  readonly open: OpenSuggester;
  /** What the trials of a resumed experiment are run in. */
  readonly contextOf: (kernel: string | null) => Promise<ExecutionContext>;
  readonly clock?: Clock;
  /** Where the snapshots are that trials work on. */
  readonly snapshots?: () => SnapshotStore;
}

/** An engine that runs experiments on this machine, one run a trial. */
export function createExperimentEngine(options: LocalExperimentOptions): ExperimentEngine {
  return new LocalExperimentEngine(options);
}

interface ActiveExperiment {
  readonly execution: ExperimentExecution;
  readonly finished: Promise<ExperimentState>;
}

class LocalExperimentEngine implements ExperimentEngine {
  readonly broken = new GivenUp();
  private readonly stores: Stores;
  private readonly clock: Clock;
  private readonly owner: Owner;
  private readonly active = new Map<string, ActiveExperiment>();
  private isClosed = false;
  private stopListening: (() => void) | null = null;
  private stopBeating: (() => void) | null = null;

  constructor(private readonly options: LocalExperimentOptions) {
    this.stores = options.stores;
    this.clock = options.clock ?? systemClock;
    this.owner = thisOwner();
  }

  async start({
    spec,
    fixed,
    pipeline,
    notebook,
    context,
    snapshot = null
  }: ExperimentRequest): Promise<ExperimentHandle> {
    this.requireOpen();
    // What a first trial would be refused for is said now.
    bindParameterValues(pipeline, firstValues(spec));
    const { artefacts, experiments } = this.stores;
    const isTaken = (each: string): boolean => experiments.get(each) !== undefined;
    const id = newId(this.clock.now(), isTaken, 'exp-');
    const records = {
      notebook: artefacts.put(notebook.bytes),
      pipeline: artefacts.put(json(pipeline)),
      environment: artefacts.put(json(context.interpreter.record))
    };
    const body: ExperimentEventBody = {
      type: 'experiment-created',
      experiment: id,
      pipeline: pipeline.name,
      notebook: { path: notebook.path, sha256: records.notebook },
      spec,
      fixed: fixed as Extract<ExperimentEventBody, { type: 'experiment-created' }>['fixed'],
      snapshot
    };
    const time = this.clock.now();
    const state = foldExperiment(initialExperimentState, [{ seq: 1, time, ...body }]);
    const suggester = await this.options.open(state, {});
    try {
      // First, so that nobody removes it meanwhile.
      if (snapshot !== null) await this.snapshotStore().pin(snapshot.id, experimentPin(id));
      this.requireOpen();
      experiments.create(
        {
          id,
          notebook: notebook.path,
          name: spec.name,
          pipeline: pipeline.name,
          objective: { type: spec.objective.type, metric: spec.objective.metric },
          algorithm: spec.algorithm.name,
          artefacts: records,
          change: { events: [{ time, body }], outline: experimentOutline(state) }
        },
        this.owner
      );
    } catch (error) {
      suggester.close();
      if (snapshot !== null) await this.snapshotStore().unpin(snapshot.id, experimentPin(id));
      throw error;
    }
    return this.launch({ id, pipeline, notebook, context }, suggester, [
      { type: 'experiment-started', pid: process.pid }
    ]);
  }

  async resume(
    experiment: string,
    counts?: TrialCounts,
    { staysPaused }: ResumeOptions = { staysPaused: true }
  ): Promise<ExperimentHandle> {
    this.requireOpen();
    this.recover();
    const record = this.recordOf(experiment);
    const { state, wasPaused, wasStopping } = this.formerState(experiment);
    this.requireRoom(record, state, counts);
    await this.requirePlace(record, state);
    // Telling the algorithm what there was takes longest: all else is found meanwhile.
    const opening = this.options.open(state, this.stores.experiments.memory(experiment));
    const { plan, suggester } = await this.both(this.planOf(record), opening);
    try {
      this.requireOpen();
      this.take(experiment);
    } catch (error) {
      suggester.close();
      throw error;
    }
    const beginning: readonly ExperimentEventBody[] = [
      ...(counts === undefined ? [] : [{ type: 'counts-changed', ...counts } as const]),
      { type: 'experiment-resumed', pid: process.pid },
      ...(wasPaused && staysPaused ? [{ type: 'experiment-paused' } as const] : []),
      ...(wasStopping === null
        ? []
        : [{ type: 'experiment-stopping', reason: wasStopping } as const])
    ];
    return this.launch(plan, suggester, beginning, state);
  }

  async command(experiment: string, command: ExperimentCommand): Promise<void> {
    this.requireOpen();
    if (this.isOwned(experiment)) return this.ask(experiment, command);
    if (command.type === 'resume') {
      await this.resume(experiment, undefined, { staysPaused: false });
    } else if (command.type === 'counts') {
      const { state } = this.formerState(experiment);
      const goesOn = state.phase !== 'interrupted' && hasRoom(state, command.counts);
      if (goesOn) await this.resume(experiment, command.counts);
      else this.setCounts(experiment, command.counts);
    } else {
      this.ask(experiment, command);
    }
  }

  ask(experiment: string, command: ExperimentCommand): void {
    this.requireOpen();
    const { phase } = this.recordOf(experiment);
    if (this.isOwned(experiment)) {
      this.stores.experiments.ask(experiment, command);
      // Its own experiments need not wait for the store to tell.
      this.active.get(experiment)?.execution.hear();
    } else if (command.type === 'stop' && phase === 'interrupted') {
      // Nobody will take the trials that were cut off to their end.
      this.writeOnce(experiment, [
        ...this.formerState(experiment)
          .state.trials.filter(trial => !isTrialOver(trial.phase))
          .map(({ number }) => notRun(number, 'The experiment was stopped.')),
        { type: 'experiment-finished', state: 'stopped', reason: 'stopped', message: '' }
      ]);
    } else {
      throw new ChardError(
        'experiment-over',
        `Nobody runs the experiment ${experiment}: it is ${phase}. \`chard tune --resume ${experiment}\` goes on with it.`
      );
    }
  }

  setCounts(experiment: string, counts: TrialCounts): void {
    this.requireOpen();
    const record = this.recordOf(experiment);
    if (record.phase !== 'interrupted') this.requireResumable(record);
    this.writeOnce(experiment, [{ type: 'counts-changed', ...counts }]);
  }

  /** Whether a process runs an experiment; one that is gone is marked first. */
  private isOwned(experiment: string): boolean {
    this.recover();
    const lease = this.stores.experiments.leases.get(experiment);
    return lease !== undefined && this.isAlive(lease);
  }

  recover(): string[] {
    const recovered: string[] = [];
    const { experiments } = this.stores;
    for (const { id } of experiments.list({
      phases: ['pending', 'running', 'paused', 'stopping']
    })) {
      const lease = experiments.leases.get(id);
      if (lease !== undefined && this.isAlive(lease)) continue;
      if (this.interrupt(id)) recovered.push(id);
    }
    for (const lease of experiments.leases.all()) {
      // Killed between an experiment's last event and letting go of it.
      if (!this.isAlive(lease)) this.interrupt(lease.run);
    }
    this.broken.forget(id => {
      const record = experiments.get(id);
      return record === undefined || isExperimentOver(record.phase);
    });
    return recovered;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { execution } of this.active.values()) execution.cancel();
    await Promise.allSettled([...this.active.values()].map(({ finished }) => finished));
  }

  /** How an experiment is run, as it began. */
  private async planOf({ id, notebook: path }: ExperimentRecord): Promise<ExperimentPlan> {
    const pipeline = this.pipelineOf(id);
    const notebook = { path, bytes: this.artefactOf(id, 'notebook') };
    const context = await this.options.contextOf(pipeline.kernel);
    return { id, pipeline, notebook, context };
  }

  /** Where one of them fails, no suggester is left. */
  private async both(
    planning: Promise<ExperimentPlan>,
    opening: Promise<Suggester>
  ): Promise<{ plan: ExperimentPlan; suggester: Suggester }> {
    try {
      const [plan, suggester] = await Promise.all([planning, opening]);
      return { plan, suggester };
    } catch (error) {
      void opening.then(
        suggester => suggester.close(),
        () => undefined
      );
      throw error;
    }
  }

  /** Runs an experiment that this engine owns. */
  private launch(
    plan: ExperimentPlan,
    suggester: Suggester,
    beginning: readonly ExperimentEventBody[],
    known?: ExperimentState
  ): ExperimentHandle {
    const { stores, owner, clock } = this;
    const { engine, open } = this.options;
    const onFailure = (error: unknown) => execution.fail(error);
    const log = new ExperimentLog(stores.experiments, plan.id, owner, clock, onFailure, known);
    const execution: ExperimentExecution = new ExperimentExecution(
      plan,
      { stores, engine, clock, open },
      log,
      suggester
    );
    const finished = execution.execute(beginning).finally(() => this.letGo(plan.id));
    // Whoever does not wait for it must not be ended by its failure.
    finished.catch((error: unknown) => this.broken.add(plan.id, error, clock.now()));
    this.active.set(plan.id, { execution, finished });
    this.listen();
    return { id: plan.id, finished };
  }

  private letGo(experiment: string): void {
    this.active.delete(experiment);
    if (this.active.size === 0) {
      this.stopListening?.();
      this.stopListening = null;
      this.stopBeating?.();
      this.stopBeating = null;
    }
    this.stores.experiments.leases.release(experiment, this.owner);
  }

  /** While experiments go on: hears what other processes ask of them, and gives signs of life. */
  private listen(): void {
    this.stopListening ??= this.stores.experiments.onChange(() => {
      for (const { execution } of [...this.active.values()]) execution.hear();
    });
    this.beatLater();
  }

  private beatLater(): void {
    this.stopBeating ??= this.clock.after(BEAT_MILLISECONDS, () => {
      this.stopBeating = null;
      try {
        this.stores.experiments.leases.beat(this.owner, this.clock.now());
      } catch (error) {
        // A store that fails ends the experiments, not the process.
        for (const { execution } of this.active.values()) execution.fail(error);
      }
      if (this.active.size > 0) this.beatLater();
    });
  }

  /** A lease of this engine on an experiment that it does not run was left by a failure. */
  private isAlive(lease: Lease): boolean {
    if (lease.owner.instance === this.owner.instance) return this.active.has(lease.run);
    return ownerLives(lease, this.clock.now());
  }

  private take(experiment: string): Owner | null {
    const { leases } = this.stores.experiments;
    return leases.take(experiment, this.owner, this.clock.now(), lease => this.isAlive(lease));
  }

  /** Where several processes look at a store at once, one of them does it. */
  private interrupt(experiment: string): boolean {
    const { experiments } = this.stores;
    try {
      const former = this.take(experiment);
      try {
        if (isExperimentOver(this.recordOf(experiment).phase)) return false;
        const who = former === null ? '' : ` (${former.pid})`;
        this.append(experiment, [
          {
            type: 'experiment-interrupted',
            message: `The process that ran the experiment${who} is gone.`
          }
        ]);
        return true;
      } finally {
        experiments.leases.release(experiment, this.owner);
      }
    } catch (error) {
      const isDoneElsewhere =
        error instanceof ChardError &&
        ['experiment-owned', 'experiment-unknown', 'lease-lost'].includes(error.code);
      if (!isDoneElsewhere) throw error;
      return false;
    }
  }

  /** Writes to an experiment that nobody runs. */
  private writeOnce(experiment: string, bodies: readonly ExperimentEventBody[]): void {
    this.take(experiment);
    try {
      this.append(experiment, bodies);
    } finally {
      this.stores.experiments.leases.release(experiment, this.owner);
    }
  }

  private append(experiment: string, bodies: readonly ExperimentEventBody[]): void {
    const { experiments } = this.stores;
    const log = new ExperimentLog(experiments, experiment, this.owner, this.clock, () => undefined);
    log.write(bodies);
  }

  /** An experiment's state, with what it was doing when it was cut off. */
  private formerState(experiment: string): {
    state: ExperimentState;
    wasPaused: boolean;
    wasStopping: EndReason | null;
  } {
    const events = this.stores.experiments.read(experiment);
    const cut = Math.max(
      0,
      events.findLastIndex(({ type }) => type === 'experiment-interrupted')
    );
    const before = foldExperiment(initialExperimentState, events.slice(0, cut));
    const state = foldExperiment(before, events.slice(cut));
    const isCut = state.phase === 'interrupted';
    return {
      state,
      wasPaused: isCut && before.phase === 'paused',
      wasStopping: isCut && before.phase === 'stopping' ? before.reason : null
    };
  }

  private requireRoom(
    record: ExperimentRecord,
    state: ExperimentState,
    counts: TrialCounts = state.spec
  ): void {
    if (state.phase === 'interrupted') return;
    this.requireResumable(record);
    if (hasRoom(state, counts)) return;
    throw new ChardError(
      'experiment-over',
      `The experiment ${record.id} has had its ${state.trials.length} trials. Give it more to go on.`
    );
  }

  /** Where no trial could work is said before anything is written. @throws ChardError `folder-unavailable`, `snapshot-unknown`, ... */
  private async requirePlace(
    { notebook }: ExperimentRecord,
    { snapshot }: ExperimentState
  ): Promise<void> {
    realFolder(dirname(notebook));
    if (snapshot !== null) await this.snapshotStore().get(snapshot.id);
  }

  private requireResumable({ id }: ExperimentRecord): void {
    const [created] = this.stores.experiments.read(id, { limit: 1 });
    const never = created?.type === 'experiment-created' && created.spec.resumePolicy === 'Never';
    if (!never) return;
    throw new ChardError(
      'experiment-over',
      `The experiment ${id} is over, and its resume policy is "Never". Start another one.`
    );
  }

  private recordOf(experiment: string): ExperimentRecord {
    const record = this.stores.experiments.get(experiment);
    if (record === undefined) throw experimentUnknown(experiment);
    return record;
  }

  private pipelineOf(experiment: string): Pipeline {
    const text = new TextDecoder().decode(this.artefactOf(experiment, 'pipeline'));
    const pipeline = Pipeline.safeParse(JSON.parse(text));
    if (pipeline.success) return pipeline.data;
    throw new ChardError(
      'artefact-damaged',
      `The pipeline of the experiment ${experiment} is of another version of Chard. Start another experiment.`
    );
  }

  private artefactOf(experiment: string, name: 'notebook' | 'pipeline'): Uint8Array {
    const digest = this.stores.experiments.artefacts(experiment)[name];
    if (digest === undefined) {
      throw new ChardError(
        'artefact-missing',
        `The experiment ${experiment} has no record of its ${name}.`
      );
    }
    return this.stores.artefacts.get(digest);
  }

  /** @throws ChardError `no-snapshots` */
  private snapshotStore(): SnapshotStore {
    const { snapshots } = this.options;
    if (snapshots !== undefined) return snapshots();
    throw new ChardError('no-snapshots', 'This engine has no store of snapshots.');
  }

  private requireOpen(): void {
    if (this.isClosed) throw new ChardError('engine-closed', 'The engine was closed.');
  }
}

function hasRoom({ trials }: ExperimentState, { maxTrialCount }: TrialCounts): boolean {
  return trials.length < maxTrialCount;
}

/** Some values within the space, by which a pipeline can say whether it takes such ones. */
function firstValues({ parameters }: ExperimentSpec): Assignment {
  return Object.fromEntries(
    parameters.map(parameter => [
      parameter.name,
      'list' in parameter ? (parameter.list[0] ?? null) : parameter.min
    ])
  );
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value ?? null));
}
