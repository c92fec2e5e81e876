import type { Pipeline, Step } from '@chard/core/pipeline';
import {
  stepState,
  type RunEventBody,
  type RunSnapshotUse,
  type RunState,
  type StepError
} from '@chard/core/run';
import type { Owner, ReuseParts, StoredResult, Stores } from '../../stores';
import type { EngineInterpreter, RunOptions } from '../engine';
import { ChardError } from '../../errors';
import type { Clock } from './clock';
import { deferred } from './deferred';
import type { EventLog } from './eventLog';
import type { Flights, Landing } from './flights';
import { StepGraph } from './graph';
import { modulesToPreload } from './preload';
import type { Launcher } from './processes/launcher';
import { outputsOf } from './replay';
import { demandOf, type Demand } from './resources';
import { Reuse } from './reuse';
import type { Place, Scheduler } from './scheduler';
import { selectParts, type Part } from './selection';
import { stepSpec } from './spec';
import { executeStep, type ProgressMessage, type StepOutcome } from './stepProcess';
import { BaseRun, takeLatest, type Taken, type Taking } from './taking';
import { storedValues, Versions, type Received } from './versions';
import {
  snapshotOf,
  type FileProblem,
  type RunWorkspace,
  type StepOutcome as FilesOutcome
} from './workspace';

type StepFinished = Extract<RunEventBody, { type: 'step-finished' }>;

/** What a run is made of; the same on its first day and when it is resumed. */
export interface RunPlan {
  readonly id: string;
  /** Counts the runs of the engine: earlier ones go first. */
  readonly number: number;
  readonly pipeline: Pipeline;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly options: RunOptions;
  readonly interpreter: EngineInterpreter;
  readonly secrets: Readonly<Record<string, string>>;
  readonly snapshot: RunSnapshotUse | null;
}

export interface RunServices {
  readonly stores: Stores;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly launcher: Launcher;
  /** Shared by all runs of the engine. */
  readonly scheduler: Scheduler;
  /** Shared by all runs of the engine. */
  readonly flights: Flights;
  readonly workspace: RunWorkspace;
}

/** A step on its way, from when it is ready until it has finished. */
interface Task {
  readonly step: Step;
  readonly received: Received;
  /** What its result will be found by; null where its place could not be told. */
  readonly parts: ReuseParts;
  /** Why it is executed. */
  readonly why: string;
  /** Number of the attempt before the first of this execution. */
  readonly formerAttempts: number;
  attempt: number;
}

/** Executes one run: decides what is reused, starts what fits, and writes down all that happens. */
export class RunExecution {
  private readonly graph: StepGraph;
  private readonly versions: Versions;
  private readonly reuse: Reuse;
  private readonly parts: ReadonlyMap<string, Part>;
  private readonly base: BaseRun | null;
  private readonly modules: readonly string[];
  private readonly demands: ReadonlyMap<string, Demand>;
  private readonly abort = new AbortController();
  /** Unfinished steps, with how many of their direct dependencies are unfinished. */
  private readonly unfinished = new Map<string, number>();
  private readonly children = new Map<string, string[]>();
  /** Of steps that wait for room. */
  private readonly waiting = new Map<string, Place>();
  private readonly retries = new Map<string, () => void>();
  /** Of steps whose results runs beside this one may wait for. */
  private readonly landings = new Map<string, (landing: Landing) => void>();
  private readonly said = new Set<string>();
  private readonly done = deferred<void>();
  /** Results that this run made, by step: the workspace may find out in the end that they hold more widely. */
  private readonly made = new Map<string, StoredResult>();
  /** Steps being decided on or executed. */
  private active = 0;
  private firstError: (StepError & { step: string }) | null = null;
  private failure: unknown = null;
  private whyCancelled = 'the run was cancelled';

  constructor(
    private readonly plan: RunPlan,
    private readonly services: RunServices,
    private readonly log: EventLog
  ) {
    const { stores, scheduler, workspace } = services;
    this.graph = new StepGraph(plan.pipeline);
    this.versions = new Versions(this.graph);
    this.reuse = new Reuse(stores.results, stores.values, {
      pipeline: plan.pipeline,
      notebook: plan.notebook,
      fingerprint: plan.interpreter.fingerprint,
      workspace
    });
    this.parts = selectParts(this.graph, plan.options);
    const { base } = plan.options;
    this.base = base === null ? null : new BaseRun(stores.runs, stores.values, base);
    this.modules = modulesToPreload(plan.pipeline);
    this.demands = new Map(
      this.graph.steps.map(step => [step.name, demandOf(step, scheduler.limits)])
    );
    for (const { name } of this.graph.steps) {
      for (const parent of this.graph.parents(name)) {
        this.children.set(parent, [...(this.children.get(parent) ?? []), name]);
      }
    }
  }

  /** @returns the run's last state. Rejects where the log cannot be written; every process is gone by then. */
  async execute(beginning: readonly RunEventBody[]): Promise<RunState> {
    this.guarded(() => {
      for (const body of beginning) this.log.write(body);
      this.prepare();
      this.settleIfIdle();
    });
    await this.done.promise;
    for (const step of [...this.landings.keys()]) this.land(step, 'broken-off');
    if (this.failure !== null) throw this.failure;
    return this.log.state;
  }

  /** Ends the run: what runs is interrupted, what waits is not started. */
  cancel(why?: string): void {
    if (this.abort.signal.aborted) return;
    if (why !== undefined) this.whyCancelled = why;
    this.abort.abort(new ChardError('cancelled', 'The run was cancelled.'));
    this.guarded(() => {
      this.log.write({ type: 'run-cancelling', ...(why !== undefined && { why }) });
      this.dropWaiting();
      this.settleIfIdle();
    });
  }

  /** The log takes nothing any more: end everything, tell whoever waits. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.log.abandon();
    this.abort.abort(error);
    this.dropWaiting();
    this.settleIfIdle();
  }

  /** Takes over what has finished before (in a resumed run) and counts what the rest waits for. */
  private prepare(): void {
    this.adoptFiles();
    for (const step of this.graph.steps) {
      const before = stepState(this.log.state, step.name);
      if (before?.phase === 'succeeded') {
        this.versions.finish(step.name, this.versions.receive(step.name), before.values);
      } else {
        const parents = this.graph.parents(step.name);
        this.unfinished.set(
          step.name,
          parents.filter(parent => this.unfinished.has(parent)).length
        );
      }
    }
    for (const step of this.graph.steps) {
      if (this.parts.get(step.name) === 'omit' && this.unfinished.has(step.name)) {
        this.finishWithout(step.name, 'skipped', 'not asked for');
      }
    }
    for (const [name, waitsFor] of [...this.unfinished]) {
      if (waitsFor === 0) this.begin(name);
    }
  }

  /** Files of steps that finished before this process took the run over. */
  private adoptFiles(): void {
    const { stores, workspace } = this.services;
    for (const [name, files] of stores.runs.stepFiles(this.plan.id)) {
      if (stepState(this.log.state, name)?.phase === 'succeeded') workspace.adopt(name, files);
    }
    for (const { path, message } of workspace.problems) {
      this.warnOnce(`file/${path}`, {
        type: 'warning',
        step: null,
        code: 'file-unreadable',
        message: `${path} cannot be looked at: ${message}`,
        cell: null
      });
    }
    if (!workspace.reusable.ok) {
      this.warnOnce('folder', {
        type: 'warning',
        step: null,
        code: 'not-reusable',
        message: `No step of this run will be reused: ${workspace.reusable.why}`,
        cell: null
      });
    }
  }

  /** All that a step waited for has finished. */
  private begin(name: string): void {
    this.active += 1;
    const step = this.graph.step(name);
    this.decide(step)
      .catch((error: unknown) => this.breakOff(step, error))
      .finally(() => {
        this.active -= 1;
        this.guarded(() => this.settleIfIdle());
      });
  }

  private async decide(step: Step): Promise<void> {
    if (this.abort.signal.aborted) return;
    const received = this.versions.receive(step.name);
    this.warn(step.name, received);
    const formerAttempts = stepState(this.log.state, step.name)?.attempts ?? 0;
    const problem = this.inputProblem(step, received);
    if (problem !== null) {
      return this.finish(step, received, {
        ...this.finished(step, formerAttempts + 1),
        state: 'failed',
        error: problem
      });
    }
    const parts = await this.reuse.parts(step, received);
    const taking = await this.takeOrBegin(step, received, parts);
    if (this.abort.signal.aborted) return;
    if (!('missing' in taking)) return this.take(step, received, parts, taking, formerAttempts);
    if (this.parts.get(step.name) === 'take') {
      throw new ChardError(
        'missing-results',
        `There is no result to take for "${step.name}" any more: ${taking.missing}. Run the whole notebook.`
      );
    }
    const attempt = formerAttempts + 1;
    this.wait({ step, received, parts, why: taking.missing, formerAttempts, attempt });
  }

  /**
   * What stands for the step, or why it is executed. Where a run beside this one is making the very result, it is waited
   * for; otherwise others may wait for this one's.
   */
  private async takeOrBegin(step: Step, received: Received, parts: ReuseParts): Promise<Taking> {
    const { flights } = this.services;
    const key = this.reuse.key(step, parts);
    const { signal } = this.abort;
    const aborted = new Promise<Landing>(resolve =>
      signal.addEventListener('abort', () => resolve('broken-off'), { once: true })
    );
    for (;;) {
      const taking = await this.withFiles(step, await this.lookUp(step, received, parts));
      if (!('missing' in taking) || !this.mayReuse(step) || signal.aborted) return taking;
      const other = flights.of(key);
      if (other === undefined) {
        this.landings.set(step.name, flights.begin(key));
        return taking;
      }
      // A result that cannot be kept is everybody's own to make: waiting would be in vain once more.
      if ((await Promise.race([other, aborted])) === 'not-kept') return taking;
    }
  }

  /** Whether an earlier result may stand for a step. */
  private mayReuse(step: Step): boolean {
    return this.parts.get(step.name) === 'run' && step.settings.cache && this.plan.options.cache;
  }

  private land(step: string, landing: Landing): void {
    this.landings.get(step)?.(landing);
    this.landings.delete(step);
  }

  /** What stands for the step, or why it is executed. */
  private async lookUp(step: Step, received: Received, parts: ReuseParts): Promise<Taking> {
    const { results } = this.services.stores;
    switch (this.parts.get(step.name)) {
      case 'take':
        return this.base === null
          ? takeLatest(this.reuse, key => results.runOf(key), step, received)
          : this.base.take(step);
      case 'force':
        return { missing: this.whyForced(step.name) };
      default:
        break;
    }
    if (!step.settings.cache) return { missing: 'cache: disabled' };
    if (!this.plan.options.cache) return { missing: 'reuse is switched off for this run' };
    const decision = await this.reuse.find(step, parts);
    if (!decision.reuse) return { missing: decision.why };
    const { result, why } = decision;
    return {
      values: result.values,
      run: results.runOf(result.key) ?? null,
      why,
      files: result.files
    };
  }

  private whyForced(name: string): string {
    const { from, only } = this.plan.options;
    return name === (only ?? from) ? 'asked for' : `it depends on "${from ?? ''}", asked for`;
  }

  /** Puts back the files that a taken step wrote; where that cannot be, the step is not taken. */
  private async withFiles(step: Step, taking: Taking): Promise<Taking> {
    if ('missing' in taking || taking.files === null) return taking;
    try {
      this.tell(step.name, await this.services.workspace.replay(step.name, taking.files));
      return taking;
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      return { missing: error.message };
    }
  }

  private take(
    step: Step,
    received: Received,
    parts: ReuseParts,
    taken: Taken,
    formerAttempts: number
  ): void {
    const { stores, clock } = this.services;
    const attempt = formerAttempts + 1;
    const outputs =
      taken.run === null ? [] : outputsOf(stores.runs, taken.run, step.name, attempt, step.cells);
    const key = this.reuse.key(step, parts);
    const isKnown = stores.results.find(key) !== undefined;
    const event = {
      ...this.finished(step, attempt),
      cached: true,
      why: taken.why,
      reusedFrom: taken.run,
      values: storedValues(step.name, received, taken.values),
      snapshot: snapshotOf(taken.files)
    };
    stores.together(() => {
      if (taken.files !== null) stores.runs.saveStepFiles(this.plan.id, step.name, taken.files);
      if (isKnown) stores.results.use(key, this.plan.id, clock.now());
      this.finish(step, received, event, outputs);
    });
  }

  private wait(task: Task): void {
    const { name } = task.step;
    const demand = this.demandOf(name);
    const { scheduler } = this.services;
    if (scheduler.exceeds(demand)) {
      const { cpu, memory } = scheduler.limits;
      this.warnOnce(`resources/${name}`, {
        type: 'warning',
        step: name,
        code: 'resources-exceeded',
        message:
          `The step "${name}" asks for ${demand.cpu} CPUs and ${demand.memory} bytes of memory; there are ${cpu} CPUs and ` +
          `${memory} bytes. It runs alone.`,
        cell: null
      });
    }
    const room = deferred<void>();
    const place = scheduler.enter({
      run: this.plan.number,
      position: this.graph.position(name),
      demand,
      parallel: this.plan.options.parallel ?? Infinity,
      start: () => room.resolve()
    });
    this.waiting.set(name, place);
    void room.promise.then(() => this.start(task, place));
  }

  private start(task: Task, place: Place): void {
    this.waiting.delete(task.step.name);
    if (this.abort.signal.aborted) return place.leave();
    this.active += 1;
    this.attempt(task)
      .catch((error: unknown) => this.breakOff(task.step, error))
      .finally(() => {
        this.active -= 1;
        place.leave();
        this.guarded(() => this.settleIfIdle());
      });
  }

  private async attempt(task: Task): Promise<void> {
    const { step, received, attempt } = task;
    const { workspace, stores } = this.services;
    this.warnOfMissingSecrets(step);
    await workspace.started(step.name);
    this.tellMode();
    const outcome = await this.executeAttempt(task);
    const isSuccess = outcome.state === 'succeeded';
    const kept = await workspace.finished(step.name, outcome.files, isSuccess);
    if (this.failure !== null) return;
    this.tell(step.name, kept.notices);
    const isCancelled = outcome.state === 'cancelled' && this.abort.signal.aborted;
    if (outcome.state === 'failed' && !this.abort.signal.aborted && this.retry(task, outcome)) {
      return;
    }
    const event: StepFinished = {
      ...this.finished(step, attempt),
      state: isCancelled ? 'cancelled' : isSuccess ? 'succeeded' : 'failed',
      why: isCancelled ? this.whyCancelled : task.why,
      values: storedValues(step.name, received, outcome.values),
      error: isCancelled ? null : (outcome.error ?? cancelledFromOutside(step, outcome)),
      resources: outcome.resources,
      snapshot: snapshotOf(kept.files)
    };
    stores.together(() => {
      if (isSuccess) {
        stores.runs.saveStepFiles(this.plan.id, step.name, kept.files);
        this.keepResult(task, outcome, kept);
      }
      this.finish(step, received, event);
    });
    this.land(step.name, this.made.has(step.name) ? 'kept' : isSuccess ? 'not-kept' : 'broken-off');
  }

  /** Once, before the first step that is executed: where steps work. */
  private tellMode(): void {
    if (this.said.has('workspace')) return;
    this.said.add('workspace');
    const { mode, volumes } = this.services.workspace;
    this.log.add({ type: 'workspace', ...mode, volumes: [...volumes] });
  }

  /** Of files that are not where somebody would look for them. */
  private tell(step: string, notices: readonly FileProblem[]): void {
    for (const { path, message } of notices) {
      const text = path === '' ? message : `${path}: ${message}`;
      this.log.add({ type: 'warning', step, code: 'file-not-brought', message: text, cell: null });
    }
  }

  /** A secret that nobody has given is the step's to complain about; this says why. */
  private warnOfMissingSecrets({ name, settings }: Step): void {
    const { secrets, interpreter } = this.plan;
    for (const { env, secret, key } of settings.secrets) {
      if (env in secrets || interpreter.environment[env] !== undefined) continue;
      this.warnOnce(`secret/${name}/${env}`, {
        type: 'warning',
        step: name,
        code: 'secret-missing',
        message:
          `The step "${name}" wants the secret "${secret}" (key "${key}") as ${env}, which is not set here. ` +
          `Set the environment variable ${env} before you start the run.`,
        cell: null
      });
    }
  }

  private async executeAttempt(task: Task): Promise<StepOutcome> {
    const { step, received, attempt } = task;
    const { launcher, clock, owner, stores } = this.services;
    const { id, pipeline, notebook, interpreter, secrets } = this.plan;
    const context = {
      run: id,
      pipeline,
      graph: this.graph,
      notebook,
      place: this.services.workspace.place(step.name),
      store: stores.values.folder,
      secrets
    };
    try {
      const { signal } = this.abort;
      const more = this.unfinished.size > 1;
      const launched = await launcher.launch(interpreter, this.modules, signal, {
        more,
        onImporting: () => this.tellOfImports()
      });
      return await executeStep({
        launched,
        spec: stepSpec(context, step, attempt, received.values),
        timeoutSeconds: step.settings.timeoutSeconds,
        clock,
        instance: owner.instance,
        signal: this.abort.signal,
        onMessage: message => this.record(step.name, attempt, message)
      });
    } catch (error) {
      return this.notStarted(error);
    }
  }

  /** Once, however many steps wait for the imports. */
  private tellOfImports(): void {
    if (this.log.state.preparing !== null || this.modules.length === 0) return;
    this.guarded(() => this.log.write({ type: 'run-preparing', modules: [...this.modules] }));
  }

  private notStarted(error: unknown): StepOutcome {
    const nothing = { values: [], files: { read: [], written: [] }, resources: null };
    if (this.abort.signal.aborted) return { state: 'cancelled', error: null, ...nothing };
    if (!(error instanceof ChardError)) throw error;
    const { code, message } = error;
    return {
      state: 'failed',
      error: { code, type: 'NotStarted', message, cell: null, line: null, traceback: [] },
      ...nothing
    };
  }

  /** @returns whether the step will be tried again. */
  private retry(task: Task, { error }: StepOutcome): boolean {
    const { step, attempt, formerAttempts } = task;
    const settings = step.settings.retries;
    const failures = attempt - formerAttempts;
    if (settings === null || error === null || failures > settings.count) return false;
    const delaySeconds = Math.min(
      settings.maxBackoffSeconds,
      settings.backoffSeconds * settings.backoffFactor ** (failures - 1)
    );
    this.log.write({ type: 'step-retrying', step: step.name, attempt, delaySeconds, error });
    const cancelTimer = this.services.clock.after(delaySeconds * 1000, () => {
      this.retries.delete(step.name);
      this.wait({ ...task, attempt: attempt + 1 });
    });
    this.retries.set(step.name, cancelTimer);
    return true;
  }

  private keepResult(task: Task, outcome: StepOutcome, { files, reusable }: FilesOutcome): void {
    const { stores, clock, workspace } = this.services;
    const { step, parts } = task;
    if (!reusable.ok) {
      // Said once for the whole run where it holds for all steps.
      if (!workspace.reusable.ok) return;
      this.log.add({
        type: 'warning',
        step: step.name,
        code: 'not-reusable',
        message: `The result of "${step.name}" will not be reused: ${reusable.why}.`,
        cell: null
      });
      return;
    }
    const result: StoredResult = {
      key: this.reuse.key(step, parts),
      notebook: this.plan.notebook,
      step: step.name,
      parts,
      values: outcome.values,
      files,
      createdAt: clock.now()
    };
    stores.results.put(result, this.plan.id);
    this.made.set(step.name, result);
  }

  /** Results are kept a second time under what their steps turned out to depend on. */
  private async widenResults(): Promise<void> {
    if (this.made.size === 0) return;
    for (const [name, { digest }] of await this.services.workspace.settle()) {
      const result = this.made.get(name);
      if (result === undefined) continue;
      const parts = { ...result.parts, workspace: digest };
      const key = this.reuse.key(this.graph.step(name), parts);
      this.services.stores.results.put({ ...result, key, parts }, this.plan.id);
    }
  }

  /** A runner's message as an event. */
  private record(step: string, attempt: number, message: ProgressMessage): void {
    if (this.failure !== null) return;
    if (message.type === 'started') {
      this.log.add({ type: 'step-started', step, attempt, pid: message.pid });
    } else if (message.type === 'warning') {
      this.log.add({ ...message, step });
    } else {
      this.log.add({ ...message, step, attempt });
    }
  }

  /** Writes a step's end, durably and with `outputs` in one, and lets go on what waited for it. */
  private finish(
    step: Step,
    received: Received,
    event: StepFinished,
    outputs: readonly RunEventBody[] = []
  ): void {
    this.log.writeTogether([...outputs, event]);
    if (event.state === 'succeeded') {
      this.versions.finish(step.name, received, event.values);
      this.settle(step.name);
      return;
    }
    if (event.state === 'failed' && event.error !== null) {
      this.firstError ??= { ...event.error, step: step.name };
    }
    this.unfinished.delete(step.name);
    const why = `the step "${step.name}" ${event.state === 'cancelled' ? 'was cancelled' : 'failed'}`;
    for (const below of this.graph.descendants(step.name)) {
      if (this.unfinished.has(below.name) && event.state === 'failed') {
        this.finishWithout(below.name, 'skipped', why);
      }
    }
  }

  /** A step has succeeded: those that waited for it alone can begin. */
  private settle(name: string): void {
    this.unfinished.delete(name);
    for (const child of this.children.get(name) ?? []) {
      const waitsFor = this.unfinished.get(child);
      if (waitsFor === undefined) continue;
      this.unfinished.set(child, waitsFor - 1);
      if (waitsFor === 1) this.begin(child);
    }
  }

  /** A step ends without having begun. */
  private finishWithout(name: string, state: 'skipped' | 'cancelled', why: string): void {
    const attempt = (stepState(this.log.state, name)?.attempts ?? 0) + 1;
    this.unfinished.delete(name);
    this.log.add({ ...this.finished(this.graph.step(name), attempt), state, why });
  }

  private settleIfIdle(): void {
    if (this.active > 0 || this.done.isSettled) return;
    if (this.failure !== null) return this.done.resolve();
    const isCancelled = this.abort.signal.aborted && this.unfinished.size > 0;
    if (this.unfinished.size > 0 && !isCancelled) return;
    for (const name of [...this.unfinished.keys()]) {
      this.finishWithout(name, 'cancelled', this.whyCancelled);
    }
    this.active += 1;
    this.end(isCancelled)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.done.resolve());
  }

  private async end(isCancelled: boolean): Promise<void> {
    try {
      await this.widenResults();
    } catch (error) {
      if (!concernsOneStep(error)) throw error;
      this.log.add({
        type: 'warning',
        step: null,
        code: 'not-reusable',
        message: `Some results may not be found again: ${error.message}`,
        cell: null
      });
    }
    const wasCancelled =
      isCancelled || this.log.state.steps.some(({ phase }) => phase === 'cancelled');
    this.log.write({
      type: 'run-finished',
      state: wasCancelled ? 'cancelled' : this.firstError === null ? 'succeeded' : 'failed',
      error: wasCancelled ? null : this.firstError
    });
  }

  /** Something that the step needs does not work: its folder is gone, say. The run goes on where that is all. */
  private breakOff(step: Step, error: unknown): void {
    this.land(step.name, 'broken-off');
    if (!concernsOneStep(error) || !this.unfinished.has(step.name)) return this.fail(error);
    const attempt = Math.max(1, stepState(this.log.state, step.name)?.attempts ?? 0);
    const { code, message } = error;
    const rest = { cell: null, line: null, traceback: [] };
    this.guarded(() =>
      this.finish(step, NOTHING_RECEIVED, {
        ...this.finished(step, attempt),
        state: 'failed',
        error: { code, type: 'Broken', message, ...rest }
      })
    );
  }

  private dropWaiting(): void {
    for (const place of this.waiting.values()) place.leave();
    this.waiting.clear();
    for (const cancelTimer of this.retries.values()) cancelTimer();
    this.retries.clear();
  }

  private inputProblem(step: Step, { values, conflict }: Received): StepError | null {
    const rest = { cell: step.cells[0] ?? null, line: null, traceback: [] };
    if (conflict !== null) {
      const steps = conflict.origins.map(origin => `"${origin}"`).join(' and ');
      return {
        code: 'conflict',
        type: 'Conflict',
        message:
          `"${conflict.name}" was changed in ${steps}, which do not depend on one another, so "${step.name}" cannot have both. ` +
          `Let one of them depend on the other (tag prev:), or let one work on a copy.`,
        ...rest
      };
    }
    for (const { name } of step.inputs) {
      const value = values.get(name);
      if (value === undefined) continue;
      const reason =
        value.group === null
          ? (value.refused ?? 'it was not kept')
          : this.services.stores.values.has(value.group)
            ? null
            : 'its file is gone from the store';
      if (reason !== null) {
        return {
          code: 'value-missing',
          type: 'MissingValue',
          message: `The step "${step.name}" takes "${name}" from "${value.origin}", but there is no stored value: ${reason}. Run "${value.origin}" again.`,
          ...rest
        };
      }
    }
    return null;
  }

  private warn(step: string, { warnings }: Received): void {
    for (const { code, message, topic } of warnings) {
      this.warnOnce(`${code}/${topic}`, { type: 'warning', step, code, message, cell: null });
    }
  }

  private warnOnce(topic: string, warning: RunEventBody): void {
    if (this.said.has(topic)) return;
    this.said.add(topic);
    this.log.add(warning);
  }

  private demandOf(name: string): Demand {
    return this.demands.get(name) as Demand;
  }

  private finished(step: Step, attempt: number): StepFinished {
    return {
      type: 'step-finished',
      step: step.name,
      attempt,
      state: 'succeeded',
      cached: false,
      why: '',
      reusedFrom: null,
      values: [],
      error: null,
      resources: null
    };
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }
}

const NOTHING_RECEIVED: Received = { values: new Map(), conflict: null, warnings: [] };

/** Whether other steps can go on: neither does the store fail, nor is the run another's, nor the engine itself at fault. */
function concernsOneStep(error: unknown): error is ChardError {
  return (
    error instanceof ChardError && error.code !== 'lease-lost' && !error.code.startsWith('store-')
  );
}

/** The runner says "cancelled" though nobody here asked: somebody else interrupted the step. */
function cancelledFromOutside(step: Step, { state }: StepOutcome): StepError | null {
  if (state !== 'cancelled') return null;
  return {
    code: 'killed',
    type: 'Interrupted',
    message: `The step "${step.name}" was interrupted from outside. Run it again.`,
    cell: null,
    line: null,
    traceback: []
  };
}
