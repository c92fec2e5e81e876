import { setImmediate } from 'node:timers/promises';
import {
  objectiveValue,
  reachesGoal,
  reportedMetrics,
  trialState,
  type EndReason,
  type ExperimentEventBody,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import type { RunHandle } from '../../engines/engine';
import { deferred } from '../../engines/local/deferred';
import { ChardError } from '../../errors';
import type { ExperimentLog } from '../log';
import { endingOf } from '../suggester/study';
import type { Memory, Suggester } from '../suggester/suggester';
import { Algorithm } from './algorithm';
import { eventsOfCommand } from './command';
import { experimentFinished } from './ending';
import { formerTrials, type FormerTrial } from './former';
import type { Experiment, ExperimentPlan, ExperimentServices, Failures } from './plan';
import type { TrialFinished } from './trialEnd';
import { TrialRun } from './trialRun';
import { Obstacle, troubleOf } from './trouble';

/**
 * Runs one experiment: asks for suggestions, starts their runs, takes what they report, and writes down all that happens. The
 * log is the record; whatever is lost between two of its events is found again in the runs.
 */
export class ExperimentExecution {
  private readonly done = deferred<void>();
  private readonly running = new Map<number, TrialRun>();
  /** Suggested trials that have no run, or whose run was cut off. */
  private readonly waiting: number[] = [];
  /** Runs that have not let go of all they had; their trials may have ended. */
  private cleaning = 0;
  private asking = false;
  private exhausted = false;
  private hasSuggested = false;
  private readonly algorithm: Algorithm;
  private failure: unknown = null;
  /** What keeps the experiment from going on. */
  private trouble = '';
  /** What keeps trials from running for now. */
  private obstacle: ChardError | null = null;
  private former: ReadonlyMap<number, FormerTrial> = new Map();
  private readonly experiment: Experiment;

  constructor(
    private readonly plan: ExperimentPlan,
    private readonly services: ExperimentServices,
    private readonly log: ExperimentLog,
    first: Suggester | null
  ) {
    const { stores, open } = services;
    this.algorithm = new Algorithm(first, () =>
      open(log.state, stores.experiments.memory(plan.id))
    );
    const failures: Failures = {
      hasFailed: () => this.failure !== null,
      fail: error => this.fail(error),
      breakOff: error => this.breakOff(error),
      guarded: work => this.guarded(work)
    };
    const reported = reportedMetrics(plan.pipeline);
    const { algorithm } = this;
    this.experiment = { plan, services, log, algorithm, reported, failures };
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
    for (const trial of this.running.values()) trial.abandon();
    this.settleIfIdle();
  }

  /** Goes on with the trials that an earlier process has not taken to their end. */
  private takeOver(): void {
    const { trials, phase } = this.log.state;
    const open = trials
      .filter(({ phase: each }) => each === 'pending' || each === 'interrupted')
      .map(({ number }) => number);
    this.former = formerTrials(this.services.stores, this.plan.id, open);
    for (const [number, { run }] of this.former) {
      if (phase !== 'stopping') this.waiting.push(number);
      else if (run !== null) this.begin(number);
    }
  }

  private obey(command: ExperimentCommand, heard: number): void {
    this.log.write(eventsOfCommand(command, this.log.state), { heard });
    if (command.type === 'stop' && command.trials === 'cancel') {
      this.cancelTrials('The experiment was stopped.');
    }
  }

  /** Starts what may start, or ends what has come to its end. */
  private goOn(): void {
    if (this.failure !== null || this.done.isSettled) return this.settleIfIdle();
    const { phase } = this.log.state;
    if (phase === 'running' && this.obstacle === null) {
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
    const event: ExperimentEventBody = { type: 'trial-suggested', trial, parameters };
    if (this.hasSuggested) {
      // On the disk with the run that is made of it: lost before that, the same is suggested again.
      this.log.add(event, memory);
    } else {
      // It was waited for: those who follow the experiment are told before its run is made.
      this.log.write([event], { memory });
      this.hasSuggested = true;
      await setImmediate();
    }
    this.waiting.push(trial);
  }

  private begin(number: number): void {
    const former = this.former.get(number) ?? null;
    const trial = new TrialRun(number, former, this.experiment, handle =>
      this.awaitCleaning(handle)
    );
    this.running.set(number, trial);
    this.follow(number, trial)
      .catch((error: unknown) => this.breakOff(error))
      .finally(() => {
        this.running.delete(number);
        this.guarded(() => this.goOn());
      });
  }

  /** Takes a trial to its end, and writes that down. */
  private async follow(number: number, trial: TrialRun): Promise<void> {
    const event = await trial.follow();
    if (event === null) return;
    const memory = await this.tell(number, event);
    if (this.failure !== null) return;
    // Lost before it is written, it is found again in the run; so it is written with what comes next.
    this.log.add(event, memory);
    this.judge(number);
  }

  /** What became of a trial is written whether or not the algorithm can be told: the record comes first. */
  private async tell(number: number, event: TrialFinished): Promise<Memory> {
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

  private cancelTrials(reason: string): void {
    for (const trial of this.running.values()) trial.end({ state: 'cancelled', reason });
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
    if (this.log.state.phase === 'stopping') {
      this.log.write([experimentFinished(this.log.state, this.trouble)]);
    } else if (this.obstacle !== null) {
      const { message } = this.obstacle;
      this.log.write([{ type: 'experiment-interrupted', message }]);
      this.failure = this.obstacle;
    } else return;
    this.done.resolve();
  }

  /** Where only the algorithm is at fault the experiment ends with the reason; a store that fails ends all. */
  private breakOff(error: unknown): void {
    if (error instanceof Obstacle) {
      // Trials that run may come through; the experiment is cut off when they have ended.
      this.obstacle ??= error.cause;
      return;
    }
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
