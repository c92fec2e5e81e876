import type { Step } from '@chard/core/pipeline';
import { stepState, type RunEventBody, type RunState, type StepError } from '@chard/core/run';
import { ChardError } from '../../../errors';
import type { ReuseParts } from '../../../stores';
import { deferred } from '../deferred';
import type { EventLog } from '../eventLog';
import { StepGraph } from '../graph';
import { outputsOf } from '../replay';
import { demandOf, type Demand } from '../resources';
import { Reuse } from '../reuse';
import type { Place } from '../scheduler';
import type { ProgressMessage, StepOutcome } from '../stepProcess';
import type { Taken } from '../taking';
import { storedValues, Versions, type Received } from '../versions';
import { snapshotOf } from '../workspace';
import { retryDelay, StepAttempts } from './attempts';
import { StepDecisions } from './decisions';
import {
  concernsOneStep,
  failureIn,
  inputError,
  interruptedFromOutside,
  stepError
} from './errors';
import type { RunPlan, RunServices } from './plan';
import { MadeResults } from './results';
import { UnfinishedSteps } from './unfinished';
import { RunWarnings } from './warnings';

type StepFinished = Extract<RunEventBody, { type: 'step-finished' }>;

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
  private readonly warnings: RunWarnings;
  private readonly decisions: StepDecisions;
  private readonly attempts: StepAttempts;
  private readonly results: MadeResults;
  private readonly demands: ReadonlyMap<string, Demand>;
  private readonly unfinished: UnfinishedSteps;
  private readonly abort = new AbortController();
  /** Of steps that wait for room. */
  private readonly waiting = new Map<string, Place>();
  private readonly retries = new Map<string, () => void>();
  private readonly done = deferred<void>();
  /** Steps being decided on or executed. */
  private active = 0;
  private hasToldMode = false;
  private firstError: (StepError & { step: string }) | null = null;
  private failure: unknown = null;
  private whyCancelled = 'the run was cancelled';

  /** @throws ChardError `step-unknown`, `run-unknown`. */
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
    this.warnings = new RunWarnings(log);
    this.decisions = new StepDecisions(this.graph, plan, services, this.reuse, this.warnings);
    this.attempts = new StepAttempts(plan, services, this.graph, log, this.abort.signal);
    this.results = new MadeResults(plan, services, this.reuse, this.warnings);
    this.demands = new Map(
      this.graph.steps.map(step => [step.name, demandOf(step, scheduler.limits)])
    );
    this.unfinished = new UnfinishedSteps(this.graph);
  }

  /** @returns the run's last state. Rejects where the log cannot be written; every process is gone by then. */
  async execute(beginning: readonly RunEventBody[]): Promise<RunState> {
    this.guarded(() => {
      for (const body of beginning) this.log.write(body);
      this.prepare();
      this.endIfIdle();
    });
    await this.done.promise;
    this.decisions.landAll();
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
      this.endIfIdle();
    });
  }

  /** The log takes nothing any more: end everything, tell whoever waits. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.log.abandon();
    this.abort.abort(error);
    this.dropWaiting();
    this.endIfIdle();
  }

  /** Takes over what has finished before (in a resumed run) and begins what waits for nothing. */
  private prepare(): void {
    this.adoptFiles();
    for (const step of this.graph.steps) {
      const before = stepState(this.log.state, step.name);
      if (before?.phase === 'succeeded') {
        this.versions.finish(step.name, this.versions.receive(step.name), before.values);
      } else {
        this.unfinished.add(step.name);
      }
    }
    for (const name of this.unfinished.names()) {
      if (this.decisions.isOmitted(name)) this.finishWithout(name, 'skipped', 'not asked for');
    }
    for (const name of this.unfinished.ready()) this.begin(name);
  }

  /** Files of steps that finished before this process took the run over. */
  private adoptFiles(): void {
    const { stores, workspace } = this.services;
    for (const [name, files] of stores.runs.stepFiles(this.plan.id)) {
      if (stepState(this.log.state, name)?.phase === 'succeeded') workspace.adopt(name, files);
    }
    this.warnings.ofWorkspace(workspace);
  }

  /** All that a step waited for has finished. */
  private begin(name: string): void {
    const step = this.graph.step(name);
    this.work(step, () => this.decide(step));
  }

  /** Lets a step's work go on beside others'; the run does not end before it. */
  private work(step: Step, work: () => Promise<void>, onEnd?: () => void): void {
    this.active += 1;
    work()
      .catch((error: unknown) => this.breakOff(step, error))
      .finally(() => {
        this.active -= 1;
        onEnd?.();
        this.guarded(() => this.endIfIdle());
      });
  }

  private async decide(step: Step): Promise<void> {
    if (this.abort.signal.aborted) return;
    const received = this.versions.receive(step.name);
    this.warnings.ofReceived(step.name, received);
    const formerAttempts = stepState(this.log.state, step.name)?.attempts ?? 0;
    const attempt = formerAttempts + 1;
    const error = inputError(step, received, this.services.stores.values);
    if (error !== null) {
      return this.finish(step, received, { ...ended(step, attempt, 'failed'), error });
    }
    const parts = await this.reuse.parts(step, received);
    const taking = await this.decisions.decide(step, received, parts, this.abort.signal);
    if (this.abort.signal.aborted) return;
    if (!('missing' in taking)) return this.take(step, received, parts, taking, attempt);
    if (this.decisions.mustBeTaken(step.name)) {
      throw new ChardError(
        'missing-results',
        `There is no result to take for "${step.name}" any more: ${taking.missing}. Run the whole notebook.`
      );
    }
    this.wait({ step, received, parts, why: taking.missing, formerAttempts, attempt });
  }

  private take(
    step: Step,
    received: Received,
    parts: ReuseParts,
    taken: Taken,
    attempt: number
  ): void {
    const { stores, clock } = this.services;
    const outputs =
      taken.run === null ? [] : outputsOf(stores.runs, taken.run, step.name, attempt, step.cells);
    const key = this.reuse.key(step, parts);
    const isKnown = stores.results.find(key) !== undefined;
    const event: StepFinished = {
      ...ended(step, attempt, 'succeeded'),
      cached: true,
      why: taken.why,
      reusedFrom: taken.run,
      values: storedValues(step.name, received, taken.values),
      snapshot: snapshotOf(taken.files)
    };
    // A run that is resumed decides on it again.
    stores.togetherAtEase(() => {
      if (taken.files !== null) stores.runs.saveStepFiles(this.plan.id, step.name, taken.files);
      if (isKnown) stores.results.use(key, this.plan.id, clock.now());
      this.finish(step, received, event, outputs);
    });
  }

  /** Until there is room for the step. */
  private wait(task: Task): void {
    const { name } = task.step;
    const demand = this.demands.get(name) as Demand;
    const { scheduler } = this.services;
    if (scheduler.exceeds(demand)) this.warnings.ofDemand(name, demand, scheduler.limits);
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
    this.work(
      task.step,
      () => this.attempt(task),
      () => place.leave()
    );
  }

  private async attempt(task: Task): Promise<void> {
    const { step, received, attempt } = task;
    const { workspace, stores } = this.services;
    this.warnings.ofMissingSecrets(step, this.plan);
    await workspace.started(step.name);
    this.tellMode();
    const outcome = await this.attempts.execute({
      step,
      number: attempt,
      received,
      more: this.unfinished.size > 1 || this.plan.isOneOfMany,
      onMessage: message => this.record(step.name, attempt, message)
    });
    const isSuccess = outcome.state === 'succeeded';
    const kept = await workspace.finished(step.name, outcome.files, isSuccess);
    if (this.failure !== null) return;
    this.warnings.ofFiles(step.name, kept.notices);
    const isAborted = this.abort.signal.aborted;
    if (outcome.state === 'failed' && !isAborted && this.retry(task, outcome)) return;
    const isCancelled = outcome.state === 'cancelled' && isAborted;
    const error = outcome.error ?? interruptedFromOutside(step, outcome);
    const event: StepFinished = {
      ...ended(step, attempt, isCancelled ? 'cancelled' : isSuccess ? 'succeeded' : 'failed'),
      why: isCancelled ? this.whyCancelled : task.why,
      values: storedValues(step.name, received, outcome.values),
      error: isCancelled || isSuccess ? null : failureIn(workspace, error),
      resources: outcome.resources,
      snapshot: snapshotOf(kept.files)
    };
    stores.together(() => {
      if (isSuccess) {
        stores.runs.saveStepFiles(this.plan.id, step.name, kept.files);
        this.results.keep(step, task.parts, outcome.values, kept);
      }
      this.finish(step, received, event);
    });
    const landing = this.results.has(step.name) ? 'kept' : isSuccess ? 'not-kept' : 'broken-off';
    this.decisions.land(step.name, landing);
  }

  /** Once, before the first step that is executed: where steps work. */
  private tellMode(): void {
    if (this.hasToldMode) return;
    this.hasToldMode = true;
    const { mode, volumes } = this.services.workspace;
    this.log.add({ type: 'workspace', ...mode, volumes: [...volumes] });
  }

  /** @returns whether the step will be tried again. */
  private retry(task: Task, { error }: StepOutcome): boolean {
    const { step, attempt, formerAttempts } = task;
    const delaySeconds = retryDelay(step.settings.retries, attempt - formerAttempts);
    if (delaySeconds === null || error === null) return false;
    this.log.write({ type: 'step-retrying', step: step.name, attempt, delaySeconds, error });
    const cancelTimer = this.services.clock.after(delaySeconds * 1000, () => {
      this.retries.delete(step.name);
      this.wait({ ...task, attempt: attempt + 1 });
    });
    this.retries.set(step.name, cancelTimer);
    return true;
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

  /** Writes a step's end, with `outputs` in one, and lets go on what waited for it. */
  private finish(
    step: Step,
    received: Received,
    event: StepFinished,
    outputs: readonly RunEventBody[] = []
  ): void {
    this.log.writeTogether([...outputs, event]);
    if (event.state === 'succeeded') {
      this.versions.finish(step.name, received, event.values);
      for (const next of this.unfinished.succeed(step.name)) this.begin(next);
      return;
    }
    this.unfinished.remove(step.name);
    if (event.state !== 'failed') return;
    if (event.error !== null) this.firstError ??= { ...event.error, step: step.name };
    for (const { name } of this.unfinished.below(step.name)) {
      this.finishWithout(name, 'skipped', `the step "${step.name}" failed`);
    }
  }

  /** A step ends without having begun. */
  private finishWithout(name: string, state: 'skipped' | 'cancelled', why: string): void {
    const attempt = (stepState(this.log.state, name)?.attempts ?? 0) + 1;
    this.unfinished.remove(name);
    this.log.add({ ...ended(this.graph.step(name), attempt, state), why });
  }

  private endIfIdle(): void {
    if (this.active > 0 || this.done.isSettled) return;
    if (this.failure !== null) return this.done.resolve();
    const isCancelled = this.abort.signal.aborted && this.unfinished.size > 0;
    if (this.unfinished.size > 0 && !isCancelled) return;
    for (const name of this.unfinished.names()) {
      this.finishWithout(name, 'cancelled', this.whyCancelled);
    }
    this.active += 1;
    this.end(isCancelled)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.done.resolve());
  }

  private async end(isCancelled: boolean): Promise<void> {
    await this.results.widen(name => this.graph.step(name));
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
    this.decisions.land(step.name, 'broken-off');
    if (!concernsOneStep(error) || !this.unfinished.has(step.name)) return this.fail(error);
    const attempt = Math.max(1, stepState(this.log.state, step.name)?.attempts ?? 0);
    const event: StepFinished = {
      ...ended(step, attempt, 'failed'),
      error: stepError(error, 'Broken')
    };
    this.guarded(() => this.finish(step, NOTHING_RECEIVED, event));
  }

  private dropWaiting(): void {
    for (const place of this.waiting.values()) place.leave();
    this.waiting.clear();
    for (const cancelTimer of this.retries.values()) cancelTimer();
    this.retries.clear();
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

/** How a step has ended, without what came of it. */
function ended(step: Step, attempt: number, state: StepFinished['state']): StepFinished {
  return {
    type: 'step-finished',
    step: step.name,
    attempt,
    state,
    cached: false,
    why: '',
    reusedFrom: null,
    values: [],
    error: null,
    resources: null
  };
}
