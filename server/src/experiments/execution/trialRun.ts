import { trialState, type TrialState } from '@chard/core/experiment';
import { isOver, type RunEvent, type RunState } from '@chard/core/run';
import type { RunHandle } from '../../engines/engine';
import { ChardError } from '../../errors';
import { bindOtherValues } from '../../notebooks/parameters';
import { mayGoOn } from '../../runs/goingOn';
import { readLog, readState } from '../../runs/readLog';
import { stepOf } from '../suggester/study';
import { verdictKey, type FormerTrial } from './former';
import type { Experiment } from './plan';
import { trialFinished, type TrialFinished, type Verdict } from './trialEnd';
import { isIntermediate, TrialMetrics, type TrialPoint } from './trialMetrics';
import { isObstacle, notStarted, Obstacle, troubleOf } from './trouble';

/** A trial from its suggestion on: makes its run, or finds it, hears what it reports, and says what became of it. */
export class TrialRun {
  private readonly metrics: TrialMetrics;
  private handle: RunHandle | null = null;
  private verdict: Verdict | null;
  private hasEnded = false;
  private stopTimer: () => void = () => undefined;

  /** @param onStarted hears of the run when it is there, or goes on. */
  constructor(
    private readonly number: number,
    private readonly former: FormerTrial | null,
    private readonly experiment: Experiment,
    private readonly onStarted: (handle: RunHandle) => void
  ) {
    const { log, reported } = experiment;
    this.metrics = new TrialMetrics(log.state.spec.objective, reported);
    this.verdict = former?.verdict ?? null;
  }

  /**
   * Takes the run to its end. @returns null where the experiment failed meanwhile.
   * @throws Obstacle; what is no trouble of one trial.
   */
  async follow(): Promise<TrialFinished | null> {
    const { log, failures } = this.experiment;
    const run = this.former?.run ?? null;
    try {
      const state = run === null ? await this.run() : await this.pickUp(run);
      if (failures.hasFailed()) return null;
      this.demandNoObstacle(state);
      return trialFinished(log.state.spec, this.number, state, this.metrics, this.verdict);
    } finally {
      this.hasEnded = true;
      this.stopTimer();
    }
  }

  /** Ends the run; the first verdict stands. */
  end(verdict: Verdict): void {
    if (this.verdict !== null || this.hasEnded) return;
    const { log, failures } = this.experiment;
    failures.guarded(() => {
      this.verdict = verdict;
      // Known to whoever comes after this process, before the run can have ended by it.
      log.write([], { memory: { [verdictKey(this.number)]: JSON.stringify(verdict) } });
      this.handle?.cancel(verdict.reason);
    });
  }

  /** Ends the run without a word, as nothing can be written any more. */
  abandon(): void {
    this.handle?.cancel();
  }

  /** A run that found no room can be gone on with; where nobody will, the trial has failed. */
  private demandNoObstacle({ phase, error }: RunState): void {
    const isEnding = this.verdict !== null || this.experiment.log.state.phase === 'stopping';
    if (phase !== 'failed' || error === null || isEnding || !isObstacle(error.code)) return;
    throw new Obstacle(new ChardError(error.code, error.message));
  }

  private run(): Promise<RunState> {
    const { plan, services, log, failures } = this.experiment;
    const { pipeline, notebook, context } = plan;
    const { parameters } = trialState(log.state, this.number) as TrialState;
    let isWritten = false;
    const alongside = (): void => {
      log.flush();
      isWritten = true;
    };
    return this.attend(async observer => {
      try {
        return await services.engine.start({
          ...context,
          pipeline: bindOtherValues(pipeline, parameters),
          template: pipeline,
          notebook,
          options: { cache: true, from: null, only: null, base: null },
          snapshot: log.state.snapshot,
          trial: { experiment: plan.id, number: this.number },
          alongside,
          observer
        });
      } catch (error) {
        // What the log wrote is undone with the run's creation: it no longer says what the disk does.
        if (isWritten) failures.fail(error);
        throw error;
      }
    });
  }

  /** A run that was there before this process: it has ended, or it goes on, also where only room was missing. */
  private async pickUp(run: string): Promise<RunState> {
    const { plan, services, log } = this.experiment;
    const { engine, stores, clock } = services;
    const history = () => readLog(stores, run, { quiet: true });
    log.write([{ type: 'trial-started', trial: this.number, run }]);
    for (const event of readLog(stores, run)) this.metrics.hear(event);
    for (const point of this.metrics.all()) this.addPoint(point);
    const phase = stores.runs.get(run)?.phase ?? 'failed';
    const lacksRoom = phase === 'failed' && isObstacle(readState(stores, run).error?.code ?? '');
    const isDone = isOver(phase) && phase !== 'interrupted' && !lacksRoom;
    if (!isDone && !mayGoOn(history(), clock.now())) {
      const reason = 'Its run was cut off again and again and got no further.';
      this.verdict ??= { state: 'failed', reason };
    }
    if (isDone || this.verdict !== null) return readState(stores, run);
    return this.attend(observer => engine.resume(run, { ...plan.context, observer }));
  }

  /** Begins the run and waits for its end; one that cannot begin has failed. */
  private async attend(
    begin: (observer: (events: readonly RunEvent[]) => void) => Promise<RunHandle>
  ): Promise<RunState> {
    const { log } = this.experiment;
    let handle: RunHandle;
    try {
      handle = await begin(events => events.forEach(event => this.hear(event)));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === null) throw error;
      if (isObstacle(trouble.code) && log.state.phase !== 'stopping') throw new Obstacle(trouble);
      return notStarted(trouble);
    }
    this.handle = handle;
    const state = trialState(log.state, this.number);
    if (state?.run !== handle.id || state.phase !== 'running') {
      log.add({ type: 'trial-started', trial: this.number, run: handle.id });
    }
    if (this.verdict !== null) handle.cancel(this.verdict.reason);
    this.limitTime();
    this.onStarted(handle);
    return handle.ended;
  }

  private limitTime(): void {
    const { log, services } = this.experiment;
    const { trialTimeoutSeconds: seconds } = log.state.spec;
    if (seconds === null) return;
    const reason = `It took longer than ${seconds} seconds.`;
    this.stopTimer = services.clock.after(seconds * 1000, () =>
      this.end({ state: 'failed', reason })
    );
  }

  private hear(event: RunEvent): void {
    const { failures } = this.experiment;
    for (const point of this.metrics.hear(event)) {
      if (failures.hasFailed()) return;
      failures.guarded(() => this.addPoint(point));
      this.prune(point);
    }
  }

  private addPoint({ name, value, at }: TrialPoint): void {
    this.experiment.log.add({ type: 'trial-metric', trial: this.number, name, value, at });
  }

  /** Asks whether the trial should be given up. */
  private prune(point: TrialPoint): void {
    const { log, algorithm, failures } = this.experiment;
    const { spec, trials } = log.state;
    const { metric } = spec.objective;
    const prunes = spec.earlyStopping !== null || spec.algorithm.name === 'hyperband';
    if (!prunes || point.name !== metric || !isIntermediate(point)) return;
    if (typeof point.value !== 'number') return;
    const { value } = point;
    const index = (trials[this.number - 1]?.metrics.get(metric)?.points.length ?? 1) - 1;
    const step = stepOf(point.at, index);
    algorithm
      .consult(suggester => suggester.report(this.number, step, value))
      .then(isBad => {
        if (!isBad) return;
        const rule = spec.earlyStopping?.name ?? spec.algorithm.name;
        const reason = `${metric} was ${value} at step ${step}, and ${rule} gives that up.`;
        this.end({ state: 'pruned', reason });
      })
      .catch((error: unknown) => failures.breakOff(error));
  }
}
