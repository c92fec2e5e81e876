import {
  objectiveValue,
  reachesGoal,
  reportedMetrics,
  trialState,
  type EndReason,
  type ExperimentEventBody,
  type ExperimentState,
  type ReportedMetrics,
  type TrialState
} from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import { isOver, type RunEvent, type RunState } from '@chard/core/run';
import type { Engine, ExecutionContext, RunHandle } from '../../engines/engine';
import type { Clock } from '../../engines/local/clock';
import { deferred } from '../../engines/local/deferred';
import { ChardError } from '../../errors';
import { bindOtherValues } from '../../notebooks/parameters';
import { readLog, readState } from '../../runs/readLog';
import { mayGoOn } from '../../runs/goingOn';
import type { Stores } from '../../stores';
import type { ExperimentLog } from '../log';
import { Algorithm } from './algorithm';
import { experimentFinished } from './ending';
import { stepOf, endingOf } from '../suggester/study';
import type { Memory, OpenSuggester, Suggester } from '../suggester/suggester';
import { trialFinished, Verdict } from './trialEnd';
import { notStarted, troubleOf } from './trouble';
import { isIntermediate, TrialMetrics, type TrialPoint } from './trialMetrics';

/** Verdicts lie beside what the algorithm has to be told again. */
const VERDICT = 'verdict/';

/** What an experiment is made of; the same on its first day and when it is resumed. */
export interface ExperimentPlan {
  readonly id: string;
  readonly pipeline: Pipeline;
  readonly notebook: { readonly path: string; readonly bytes: Uint8Array };
  readonly context: ExecutionContext;
}

export interface ExperimentServices {
  readonly stores: Stores;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly open: OpenSuggester;
}

/** A trial whose run is being made, or goes on. */
interface RunningTrial {
  readonly metrics: TrialMetrics;
  handle: RunHandle | null;
  verdict: Verdict | null;
  stopTimer: () => void;
}

/**
 * Runs one experiment: asks for suggestions, starts their runs, takes what they report, and writes down all that happens. The
 * log is the record; whatever is lost between two of its events is found again in the runs.
 */
export class ExperimentExecution {
  private readonly done = deferred<void>();
  private readonly running = new Map<number, RunningTrial>();
  /** Suggested trials that have no run, or whose run was cut off. */
  private readonly waiting: number[] = [];
  /** Runs that have not let go of all they had; their trials may have ended. */
  private cleaning = 0;
  private asking = false;
  private exhausted = false;
  private readonly algorithm: Algorithm;
  private failure: unknown = null;
  /** What keeps the experiment from going on. */
  private trouble = '';
  /** By trial: what an earlier process left of those that have not come to their end. */
  private readonly formerRuns = new Map<number, string>();
  private readonly formerVerdicts = new Map<number, Verdict>();
  private readonly reported: ReportedMetrics;

  constructor(
    private readonly plan: ExperimentPlan,
    private readonly services: ExperimentServices,
    private readonly log: ExperimentLog,
    first: Suggester | null
  ) {
    this.reported = reportedMetrics(plan.pipeline);
    const { stores, open } = services;
    this.algorithm = new Algorithm(first, () =>
      open(log.state, stores.experiments.memory(plan.id))
    );
  }

  /** @returns the experiment's last state. Rejects where the log cannot be written. */
  async execute(beginning: readonly ExperimentEventBody[]): Promise<ExperimentState> {
    this.guarded(() => {
      this.log.write(beginning);
      this.takeOver();
      this.hear();
      this.goOn();
    });
    await this.done.promise;
    this.algorithm.close();
    if (this.failure !== null) throw this.failure;
    return this.log.state;
  }

  /** Does what has been asked for since. */
  hear(): void {
    this.guarded(() => {
      const asked = this.services.stores.experiments.asked(this.plan.id);
      for (const { number, command } of asked) this.obey(command, number);
      if (asked.length > 0) this.goOn();
    });
  }

  /** Ends the experiment, and its trials with it. */
  cancel(): void {
    this.guarded(() => {
      this.stop('stopped');
      this.cancelTrials('The experiment was stopped.');
      this.goOn();
    });
  }

  /** The log takes nothing any more: end everything, tell whoever waits. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.log.abandon();
    for (const trial of this.running.values()) trial.handle?.cancel();
    this.settleIfIdle();
  }

  /** Finds what an earlier process left of trials that have not come to their end. */
  private takeOver(): void {
    const { trials, phase } = this.log.state;
    const open = trials.filter(({ phase: each }) => each === 'pending' || each === 'interrupted');
    if (open.length === 0) return;
    const { runs, experiments } = this.services.stores;
    for (const { id, trial } of runs.list({ experiment: this.plan.id })) {
      if (trial !== null) this.formerRuns.set(trial.number, id);
    }
    const memory = experiments.memory(this.plan.id);
    for (const { number } of open) {
      const verdict = memory[`${VERDICT}${number}`];
      if (verdict !== undefined)
        this.formerVerdicts.set(number, Verdict.parse(JSON.parse(verdict)));
      if (phase !== 'stopping') this.waiting.push(number);
      else if (this.formerRuns.has(number)) this.begin(number);
    }
  }

  private obey(command: ExperimentCommand, heard: number): void {
    const { phase, spec } = this.log.state;
    switch (command.type) {
      case 'pause':
        return this.log.write(phase === 'running' ? [{ type: 'experiment-paused' }] : [], {
          heard
        });
      case 'resume':
        return this.log.write(
          phase === 'paused' ? [{ type: 'experiment-resumed', pid: process.pid }] : [],
          { heard }
        );
      case 'stop':
        this.log.write(
          phase === 'stopping' ? [] : [{ type: 'experiment-stopping', reason: 'stopped' }],
          { heard }
        );
        if (command.trials === 'cancel') this.cancelTrials('The experiment was stopped.');
        return;
      case 'counts':
        return this.log.write(
          sameCounts(spec, command.counts) ? [] : [{ type: 'counts-changed', ...command.counts }],
          { heard }
        );
    }
  }

  /** Starts what may start, or ends what has come to its end. */
  private goOn(): void {
    if (this.failure !== null || this.done.isSettled) return this.settleIfIdle();
    const { phase } = this.log.state;
    if (phase === 'running') {
      this.startWaiting();
      this.askIfFree();
      if (!this.isBusy && !this.hasRoom()) this.stop('max-trials-reached');
      else if (!this.isBusy && this.exhausted && this.waiting.length === 0) {
        this.stop('space-exhausted');
      }
    }
    this.settleIfIdle();
  }

  private get isBusy(): boolean {
    return this.running.size > 0 || this.asking;
  }

  /** Whether another trial may be suggested. */
  private hasRoom(): boolean {
    const { trials, spec } = this.log.state;
    return trials.length < spec.maxTrialCount || this.waiting.length > 0;
  }

  private get places(): number {
    return this.log.state.spec.parallelTrialCount - this.running.size;
  }

  private startWaiting(): void {
    while (this.places > 0) {
      const number = this.waiting.shift();
      if (number === undefined) return;
      this.begin(number);
    }
  }

  private askIfFree(): void {
    const { trials, spec } = this.log.state;
    const left = spec.maxTrialCount - trials.length;
    const count = Math.min(this.places, left);
    if (count < 1 || this.asking || this.exhausted || this.waiting.length > 0) return;
    this.asking = true;
    this.log.add({ type: 'suggestions-awaited', count });
    this.ask()
      .catch((error: unknown) => this.breakOff(error))
      .finally(() => {
        this.asking = false;
        this.guarded(() => this.goOn());
      });
  }

  private async ask(): Promise<void> {
    const suggestion = await this.algorithm.consult(suggester => suggester.ask());
    if (this.failure !== null || this.log.state.phase === 'stopping') return;
    if (suggestion === null) {
      this.exhausted = true;
      return;
    }
    const { trial, parameters, memory } = suggestion;
    if (trial !== this.log.state.trials.length + 1) {
      throw new ChardError(
        'suggester-failed',
        `The algorithm suggested trial ${trial} after trial ${this.log.state.trials.length}.`
      );
    }
    // On the disk with the run that is made of it: lost before that, the same is suggested again.
    this.log.add({ type: 'trial-suggested', trial, parameters }, memory);
    this.waiting.push(trial);
  }

  private begin(number: number): void {
    const trial: RunningTrial = {
      metrics: new TrialMetrics(this.log.state.spec.objective, this.reported),
      handle: null,
      verdict: this.formerVerdicts.get(number) ?? null,
      stopTimer: () => undefined
    };
    this.running.set(number, trial);
    this.follow(number, trial)
      .catch((error: unknown) => this.breakOff(error))
      .finally(() => {
        trial.stopTimer();
        this.running.delete(number);
        this.guarded(() => this.goOn());
      });
  }

  /** Makes a trial's run, or finds it, and takes it to its end. */
  private async follow(number: number, trial: RunningTrial): Promise<void> {
    const former = this.formerRuns.get(number);
    const state =
      former === undefined
        ? await this.run(number, trial)
        : await this.pickUp(number, trial, former);
    if (this.failure !== null) return;
    const { spec } = this.log.state;
    const event = trialFinished(spec, number, state, trial.metrics, trial.verdict);
    const memory = await this.tell(number, event);
    if (this.failure !== null) return;
    // Lost before it is written, it is found again in the run; so it is written with what comes next.
    this.log.add(event, memory);
    this.judge(number);
  }

  /** What became of a trial is written whether or not the algorithm can be told: the record comes first. */
  private async tell(
    number: number,
    event: Extract<ExperimentEventBody, { type: 'trial-finished' }>
  ): Promise<Memory> {
    const { spec } = this.log.state;
    const trial = trialState(this.log.state, number) as TrialState;
    const ending = endingOf(spec, { ...trial, phase: event.state, values: event.values });
    if (ending === null || !this.algorithm.isThere) return {};
    try {
      return await this.algorithm.consult(suggester => suggester.tell(number, ending));
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      this.guarded(() => this.stop('error', error.message));
      return {};
    }
  }

  private run(number: number, trial: RunningTrial): Promise<RunState> {
    const { engine } = this.services;
    const { id, pipeline, notebook, context } = this.plan;
    const { parameters } = trialState(this.log.state, number) as TrialState;
    let isWritten = false;
    const alongside = (): void => {
      this.log.flush();
      isWritten = true;
    };
    return this.attend(number, trial, async observer => {
      try {
        return await engine.start({
          ...context,
          pipeline: bindOtherValues(pipeline, parameters),
          template: pipeline,
          notebook,
          options: { cache: true, from: null, only: null, base: null },
          snapshot: this.log.state.snapshot,
          trial: { experiment: id, number },
          alongside,
          observer
        });
      } catch (error) {
        // What the log wrote is undone with the run's creation: it no longer says what the disk does.
        if (isWritten) this.fail(error);
        throw error;
      }
    });
  }

  /** A run that was there before this process: it has ended, or it goes on. */
  private async pickUp(number: number, trial: RunningTrial, run: string): Promise<RunState> {
    const { engine, stores, clock } = this.services;
    const history = () => readLog(stores, run, { quiet: true });
    this.log.write([{ type: 'trial-started', trial: number, run }]);
    for (const event of readLog(stores, run)) trial.metrics.hear(event);
    for (const point of trial.metrics.all()) this.addPoint(number, point);
    const phase = stores.runs.get(run)?.phase ?? 'failed';
    const hasEnded = isOver(phase) && phase !== 'interrupted';
    if (!hasEnded && !mayGoOn(history(), clock.now())) {
      const reason = 'Its run was cut off again and again and got no further.';
      trial.verdict ??= { state: 'failed', reason };
    }
    if (hasEnded || trial.verdict !== null) return readState(stores, run);
    return this.attend(number, trial, observer =>
      engine.resume(run, { ...this.plan.context, observer })
    );
  }

  /** Begins a trial's run and waits for its end; one that cannot begin has failed. */
  private async attend(
    number: number,
    trial: RunningTrial,
    begin: (observer: (events: readonly RunEvent[]) => void) => Promise<RunHandle>
  ): Promise<RunState> {
    let handle: RunHandle;
    try {
      handle = await begin(events => events.forEach(event => this.take(number, trial, event)));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === null) throw error;
      return notStarted(trouble);
    }
    trial.handle = handle;
    const state = trialState(this.log.state, number);
    if (state?.run !== handle.id || state.phase !== 'running') {
      this.log.add({ type: 'trial-started', trial: number, run: handle.id });
    }
    if (trial.verdict !== null) handle.cancel(trial.verdict.reason);
    this.limitTime(number, trial);
    this.awaitCleaning(handle);
    return handle.ended;
  }

  /** The next trial need not wait for it; the experiment's end does, so that the runs can be removed by then. */
  private awaitCleaning({ finished }: RunHandle): void {
    this.cleaning += 1;
    finished
      .catch((error: unknown) => this.breakOff(error))
      .finally(() => {
        this.cleaning -= 1;
        this.guarded(() => this.settleIfIdle());
      });
  }

  private limitTime(number: number, trial: RunningTrial): void {
    const { trialTimeoutSeconds: seconds } = this.log.state.spec;
    if (seconds === null) return;
    trial.stopTimer = this.services.clock.after(seconds * 1000, () =>
      this.end(number, trial, {
        state: 'failed',
        reason: `It took longer than ${seconds} seconds.`
      })
    );
  }

  private take(number: number, trial: RunningTrial, event: RunEvent): void {
    for (const point of trial.metrics.hear(event)) {
      if (this.failure !== null) return;
      this.guarded(() => this.addPoint(number, point));
      this.prune(number, trial, point);
    }
  }

  private addPoint(number: number, { name, value, at }: TrialPoint): void {
    this.log.add({ type: 'trial-metric', trial: number, name, value, at });
  }

  /** Asks whether the trial should be given up. */
  private prune(number: number, trial: RunningTrial, point: TrialPoint): void {
    const { spec, trials } = this.log.state;
    const { metric } = spec.objective;
    const prunes = spec.earlyStopping !== null || spec.algorithm.name === 'hyperband';
    if (!prunes || point.name !== metric || !isIntermediate(point)) return;
    if (typeof point.value !== 'number') return;
    const { value } = point;
    const index = (trials[number - 1]?.metrics.get(metric)?.points.length ?? 1) - 1;
    const step = stepOf(point.at, index);
    this.algorithm
      .consult(suggester => suggester.report(number, step, value))
      .then(isBad => {
        if (!isBad) return;
        const rule = spec.earlyStopping?.name ?? spec.algorithm.name;
        const reason = `${metric} was ${value} at step ${step}, and ${rule} gives that up.`;
        this.end(number, trial, { state: 'pruned', reason });
      })
      .catch((error: unknown) => this.breakOff(error));
  }

  private end(number: number, trial: RunningTrial, verdict: Verdict): void {
    if (trial.verdict !== null || !this.running.has(number)) return;
    this.guarded(() => {
      trial.verdict = verdict;
      // Known to whoever comes after this process, before the run can have ended by it.
      this.log.write([], { memory: { [`${VERDICT}${number}`]: JSON.stringify(verdict) } });
      trial.handle?.cancel(verdict.reason);
    });
  }

  private cancelTrials(reason: string): void {
    for (const [number, trial] of this.running) {
      this.end(number, trial, { state: 'cancelled', reason });
    }
  }

  /** Whether the trial that has just ended ends the experiment. */
  private judge(number: number): void {
    const { spec, tally, phase } = this.log.state;
    if (phase === 'stopping') return;
    const value = objectiveValue(spec, trialState(this.log.state, number) as TrialState);
    if (value !== null && reachesGoal(spec.objective, value)) {
      this.stop('goal-reached');
      this.cancelTrials('Another trial has reached the goal.');
    } else if (tally.failed + tally['metrics-unavailable'] > spec.maxFailedTrialCount) {
      this.stop('too-many-failures');
      this.cancelTrials('Too many trials have failed.');
    }
  }

  private stop(reason: EndReason, message = ''): void {
    if (this.log.state.phase === 'stopping' || this.done.isSettled) return;
    if (message !== '') this.trouble = message;
    this.log.write([{ type: 'experiment-stopping', reason }]);
  }

  private settleIfIdle(): void {
    if (this.isBusy || this.cleaning > 0 || this.done.isSettled) return;
    if (this.failure !== null) return this.done.resolve();
    if (this.log.state.phase !== 'stopping') return;
    this.log.write([experimentFinished(this.log.state, this.trouble)]);
    this.done.resolve();
  }

  /** Where only the algorithm is at fault the experiment ends with the reason; a store that fails ends all. */
  private breakOff(error: unknown): void {
    const trouble = troubleOf(error);
    if (trouble === null) return this.fail(error);
    if (this.done.isSettled) return;
    this.guarded(() => {
      this.stop('error', trouble.message);
      this.cancelTrials('The experiment cannot go on.');
      this.goOn();
    });
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }
}

function sameCounts(
  one: ExperimentState['spec'],
  other: Extract<ExperimentCommand, { type: 'counts' }>['counts']
): boolean {
  return (
    one.maxTrialCount === other.maxTrialCount &&
    one.parallelTrialCount === other.parallelTrialCount &&
    one.maxFailedTrialCount === other.maxFailedTrialCount
  );
}
