import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fold, initialRunState, isOver, type RunEventBody, type RunState } from '@chard/core/run';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { runnerFolder } from '../../installation';
import { storedPipeline } from '../../runs/record';
import {
  BEAT_MILLISECONDS,
  newId,
  ownerLives,
  thisOwner,
  type Lease,
  type Owner,
  type Stores
} from '../../stores';
import type {
  Engine,
  EngineInterpreter,
  ExecListener,
  ExecRequest,
  ExecResult,
  ExecutionContext,
  Limits,
  Preparation,
  RunHandle,
  RunRequest
} from '../engine';
import { GivenUp } from '../givenUp';
import type { SnapshotStore } from '../../snapshots/snapshotStore';
import { systemClock, type Clock } from './clock';
import { EventLog } from './eventLog';
import { executeCode } from './exec';
import { Flights } from './flights';
import { StepGraph } from './graph';
import { modulesToPreload } from './preload';
import { Launcher } from './processes/launcher';
import { Recovery } from './recovery';
import { demandOf, machineLimits } from './resources';
import { Reuse } from './reuse';
import { RunExecution, type RunPlan } from './run';
import { Scheduler } from './scheduler';
import { selectParts } from './selection';
import { BaseRun, checkTaken, takeLatest } from './taking';
import {
  openWorkspace,
  openWorkspaceMemory,
  overlayProblem,
  runFolder,
  stepVolumes,
  type FrozenOptions,
  type RunWorkspace,
  type WorkspaceMemory
} from './workspace';

export interface LocalEngineOptions {
  readonly stores: Stores;
  /** What steps may use together; by default the machine. */
  readonly limits?: Partial<Limits>;
  /** The folder that holds `chard_runner`; by default the installation's. */
  readonly runnerFolder?: string;
  readonly clock?: Clock;
  /** Where snapshots that runs work on are; opened when the first run needs one. */
  readonly snapshots?: () => SnapshotStore;
}

/** An engine that runs steps as processes on this machine. */
export function createLocalEngine(options: LocalEngineOptions): Engine {
  return new LocalEngine(options);
}

interface ActiveRun {
  readonly execution: RunExecution;
  readonly finished: Promise<RunState>;
}

class LocalEngine implements Engine {
  readonly broken = new GivenUp();
  private readonly stores: Stores;
  private readonly scheduler: Scheduler;
  private readonly flights = new Flights();
  private readonly clock: Clock;
  private readonly owner: Owner;
  private readonly launcher: Launcher;
  private readonly recovery: Recovery;
  /** Opened with the first run: reading what is there needs no memory of folders. */
  private memory: WorkspaceMemory | null = null;
  private recovering: Promise<unknown> = Promise.resolve();
  private preparing: Promise<unknown> = Promise.resolve();
  private runCount = 0;
  private readonly active = new Map<string, ActiveRun>();
  private readonly closing = new AbortController();
  private stopListening: (() => void) | null = null;
  private stopBeating: (() => void) | null = null;

  constructor(private readonly options: LocalEngineOptions) {
    this.stores = options.stores;
    this.scheduler = new Scheduler({ ...machineLimits(), ...options.limits });
    this.clock = options.clock ?? systemClock;
    this.owner = thisOwner();
    this.launcher = new Launcher({
      runnerFolder: options.runnerFolder ?? runnerFolder(),
      instance: this.owner.instance,
      clock: this.clock
    });
    this.recovery = new Recovery(this.stores, this.owner, this.clock, lease => this.isAlive(lease));
  }

  prepare({ interpreter, pipeline }: Preparation): void {
    this.launcher.prepare(interpreter, modulesToPreload(pipeline));
    // What keeps it from being found out keeps the run from starting, and is told there.
    this.preparing = this.mountProblem(interpreter.executable).catch(() => null);
  }

  async start({
    pipeline,
    notebook,
    options,
    interpreter,
    secrets = {},
    observer,
    trial,
    template,
    alongside,
    snapshot = null
  }: RunRequest): Promise<RunHandle> {
    this.closing.signal.throwIfAborted();
    const id = newId(this.clock.now(), each => this.stores.runs.get(each) !== undefined);
    const number = this.nextNumber();
    const path = notebook.path;
    const plan = {
      id,
      number,
      pipeline,
      notebook: path,
      options,
      interpreter,
      secrets,
      snapshot,
      isOneOfMany: trial !== undefined
    };
    // First, so that nobody removes it meanwhile.
    if (snapshot !== null) await this.snapshotStore().pin(snapshot.id, runPin(id));
    try {
      return await this.begin(plan, notebook.bytes, { observer, trial, template, alongside });
    } catch (error) {
      if (snapshot !== null && this.stores.runs.get(id) === undefined) {
        await this.snapshotStore().unpin(snapshot.id, runPin(id));
      }
      throw error;
    }
  }

  private async begin(
    plan: RunPlan,
    bytes: Uint8Array,
    {
      observer,
      trial,
      template,
      alongside
    }: Pick<RunRequest, 'observer' | 'trial' | 'template' | 'alongside'>
  ): Promise<RunHandle> {
    const { id, pipeline, interpreter } = plan;
    const workspace = await this.openWorkspace(plan);
    await this.check(plan, workspace);
    this.closing.signal.throwIfAborted();
    const artefacts = {
      notebook: this.stores.artefacts.put(bytes),
      pipeline: this.putJson(template ?? pipeline),
      environment: this.putJson(interpreter.record)
    };
    const time = this.clock.now();
    // One with its creation: each write waits for the disk.
    const beginning: readonly RunEventBody[] = [
      runCreated(plan, artefacts.notebook),
      { type: 'run-started', pid: process.pid }
    ];
    const run = {
      id,
      notebook: plan.notebook,
      pipeline: pipeline.name,
      artefacts,
      events: beginning.map(body => ({ time, body })),
      trial: trial ?? null
    };
    this.stores.together(() => {
      alongside?.();
      this.stores.runs.create(run, this.owner);
    });
    observer?.(this.stores.runs.read(id));
    return this.launch(plan, workspace, [], observer);
  }

  async resume(
    run: string,
    { interpreter, secrets = {}, observer }: ExecutionContext
  ): Promise<RunHandle> {
    this.closing.signal.throwIfAborted();
    await this.recover();
    const state = this.stateOf(run);
    if (state.phase === 'succeeded') {
      throw new ChardError(
        'run-complete',
        `The run ${run} has succeeded; there is nothing to go on with. Start a new one.`
      );
    }
    const { notebook, options, snapshot } = state;
    const pipeline = storedPipeline(this.stores, run);
    const number = this.nextNumber();
    const plan = {
      id: run,
      number,
      pipeline,
      notebook: notebook.path,
      options,
      interpreter,
      secrets,
      snapshot,
      isOneOfMany: (this.stores.runs.get(run)?.trial ?? null) !== null
    };
    const workspace = await this.openWorkspace(plan);
    this.closing.signal.throwIfAborted();
    this.stores.leases.take(run, this.owner, this.clock.now(), lease => this.isAlive(lease));
    return this.launch(plan, workspace, [{ type: 'run-resumed', pid: process.pid }], observer);
  }

  async cancel(run: string): Promise<void> {
    const own = this.active.get(run);
    if (own !== undefined) {
      own.execution.cancel();
    } else if (!isOver(this.stateOf(run).phase)) {
      this.stores.runs.requestCancel(run);
      await this.recover();
    }
  }

  async execute(request: ExecRequest, listener: ExecListener): Promise<ExecResult> {
    this.closing.signal.throwIfAborted();
    const { stores, launcher, clock, owner } = this;
    const signals = [
      this.closing.signal,
      ...(request.signal === undefined ? [] : [request.signal])
    ];
    const services = {
      stores,
      launcher,
      clock,
      instance: owner.instance,
      signal: AbortSignal.any(signals)
    };
    const pipeline = storedPipeline(this.stores, request.run);
    return executeCode(services, request, pipeline, this.stateOf(request.run), listener);
  }

  /** One after the other: what one has taken to put it in order, another would take for left behind. */
  recover(): Promise<string[]> {
    const recovered = this.recovering.then(() => this.recovery.recover());
    this.recovering = recovered.then(
      () => this.forgetBroken(),
      () => undefined
    );
    return recovered;
  }

  async close(): Promise<void> {
    this.closing.abort(new ChardError('engine-closed', 'The engine was closed.'));
    for (const { execution } of this.active.values()) execution.cancel();
    await Promise.allSettled([...this.active.values()].map(({ finished }) => finished));
    await this.launcher.close();
    await this.preparing;
    this.memory?.close();
    this.memory = null;
  }

  /** What the log says itself by now, or what was deleted. */
  private forgetBroken(): void {
    this.broken.forget(run => {
      const record = this.stores.runs.get(run);
      return record === undefined || isOver(record.phase);
    });
  }

  private nextNumber(): number {
    this.runCount += 1;
    return this.runCount;
  }

  private openWorkspace(plan: RunPlan): Promise<RunWorkspace> {
    const { pipeline, notebook, interpreter } = plan;
    const { home } = this.stores;
    const graph = new StepGraph(pipeline);
    const steps = new Map(
      graph.steps.map(({ name }) => [name, new Set(graph.ancestors(name).map(step => step.name))])
    );
    const unrecorded = environmentFolders(interpreter);
    const frozen = this.frozen(plan);
    return openWorkspace(
      {
        notebook,
        steps,
        home,
        unrecorded,
        frozen,
        volumes: stepVolumes(notebook, pipeline),
        mountProblem: () => this.mountProblem(interpreter.executable)
      },
      this.workspaceMemory()
    );
  }

  private workspaceMemory(): WorkspaceMemory {
    this.memory ??= openWorkspaceMemory(join(this.stores.home, 'workspace.db'));
    return this.memory;
  }

  /** Whether steps can have overlays and mounts of their own: null, or why not. */
  private async mountProblem(python: string): Promise<string | null> {
    const runner = this.options.runnerFolder ?? runnerFolder();
    const workspaces = join(this.stores.home, 'workspaces');
    return this.workspaceMemory().rememberSuccess(`overlay ${workspaces}`, () =>
      overlayProblem(python, runner, workspaces)
    );
  }

  private frozen({ id, snapshot }: RunPlan): FrozenOptions | null {
    if (snapshot === null) return null;
    const { source, files, bytes, copyLimit, brings } = snapshot;
    return {
      store: this.snapshotStore(),
      snapshot: snapshot.id,
      source,
      counts: { files, bytes },
      copyLimit,
      brings,
      folder: runFolder(this.stores.home, id)
    };
  }

  /** @throws ChardError `no-snapshots` */
  private snapshotStore(): SnapshotStore {
    const { snapshots } = this.options;
    if (snapshots === undefined) {
      throw new ChardError('no-snapshots', 'This engine has no store of snapshots.');
    }
    return snapshots();
  }

  /** What can be refused is refused before there is a run. */
  private async check(
    { pipeline, notebook, options, interpreter }: RunPlan,
    workspace: RunWorkspace
  ): Promise<void> {
    const graph = new StepGraph(pipeline);
    const parts = selectParts(graph, options);
    graph.steps.forEach(step => demandOf(step, this.scheduler.limits));
    const { runs, values, results } = this.stores;
    const base = options.base === null ? null : new BaseRun(runs, values, options.base);
    const reuse = new Reuse(results, values, {
      pipeline,
      notebook,
      fingerprint: interpreter.fingerprint,
      workspace
    });
    await checkTaken(graph, parts, async (step, received) =>
      base === null ? takeLatest(reuse, key => results.runOf(key), step, received) : base.take(step)
    );
  }

  /** Executes a run that this engine owns. */
  private launch(
    plan: RunPlan,
    workspace: RunWorkspace,
    beginning: readonly RunEventBody[],
    observer?: ExecutionContext['observer']
  ): RunHandle {
    const { stores, owner, clock, launcher, scheduler, flights } = this;
    const log = new EventLog(stores.runs, plan.id, owner, clock, {
      onFailure: error => execution.fail(error),
      onWritten: events => observer?.(events)
    });
    const execution: RunExecution = new RunExecution(
      plan,
      { stores, owner, clock, launcher, scheduler, flights, workspace },
      log
    );
    const ended = execution.execute(beginning);
    const finished = ended
      // Removing files keeps everybody waiting: first whoever goes on from here.
      .finally(() => setImmediate())
      .finally(() => workspace.close())
      .finally(() => this.letGo(plan.id));
    // Whoever does not wait for it must not be ended by its failure.
    finished.catch((error: unknown) => this.broken.add(plan.id, error, clock.now()));
    this.active.set(plan.id, { execution, finished });
    this.listen();
    return { id: plan.id, ended, finished, cancel: why => execution.cancel(why) };
  }

  private letGo(run: string): void {
    this.active.delete(run);
    if (this.active.size === 0) {
      this.stopListening?.();
      this.stopListening = null;
      this.stopBeating?.();
      this.stopBeating = null;
    }
    this.stores.leases.release(run, this.owner);
  }

  /** While runs go on: hears of cancels from other processes, and gives signs of life. */
  private listen(): void {
    this.stopListening ??= this.stores.runs.onChange(() =>
      this.orFail(() => {
        for (const [run, { execution }] of this.active) {
          if (this.stores.runs.get(run)?.cancelRequested === true) execution.cancel();
        }
      })
    );
    this.beatLater();
  }

  private beatLater(): void {
    this.stopBeating ??= this.clock.after(BEAT_MILLISECONDS, () => {
      this.stopBeating = null;
      this.orFail(() => this.stores.leases.beat(this.owner, this.clock.now()));
      if (this.active.size > 0) this.beatLater();
    });
  }

  /** What happens between events must not end the process: a store that fails ends the runs. */
  private orFail(work: () => void): void {
    try {
      work();
    } catch (error) {
      for (const { execution } of this.active.values()) execution.fail(error);
    }
  }

  /** A lease of this engine on a run that it does not execute was left by a failure. */
  private isAlive(lease: Lease): boolean {
    if (lease.owner.instance === this.owner.instance) return this.active.has(lease.run);
    return ownerLives(lease, this.clock.now());
  }

  private stateOf(run: string): RunState {
    return fold(initialRunState, this.stores.runs.read(run));
  }

  private putJson(value: unknown): string {
    return this.stores.artefacts.put(Buffer.from(JSON.stringify(value ?? null)));
  }
}

function runCreated(
  { id, pipeline, notebook, options, snapshot }: RunPlan,
  notebookDigest: string
): RunEventBody {
  const steps = new StepGraph(pipeline).steps;
  return {
    type: 'run-created',
    run: id,
    pipeline: pipeline.name,
    notebook: { path: notebook, sha256: notebookDigest },
    parameters: Object.fromEntries(
      pipeline.parameters.map(parameter => [parameter.name, parameter.default])
    ),
    options,
    snapshot,
    steps: steps.map(({ name, cells, after }) => ({
      name,
      cells,
      after: after.map(({ step }) => step)
    }))
  };
}

const EnvironmentRecord = z.object({ prefix: z.string(), sitePackages: z.array(z.string()) });

/** Folders whose content the environment's fingerprint stands for. */
function environmentFolders({ record }: EngineInterpreter): string[] {
  const environment = EnvironmentRecord.safeParse(record);
  return environment.success ? [environment.data.prefix, ...environment.data.sitePackages] : [];
}

/** Who a run is among those that need a snapshot. */
export function runPin(run: string): string {
  return `run:${run}`;
}
