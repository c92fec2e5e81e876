import { Series } from '../run/series';
import type { MetricPoint } from '../run/state';
import type { ExperimentEvent } from './events';
import { isBetter } from './objective';
import {
  emptyTally,
  isTrialOver,
  objectiveValue,
  type ExperimentState,
  type TrialMetric,
  type TrialPhase,
  type TrialState
} from './state';

type EventOf<Type extends ExperimentEvent['type']> = Extract<ExperimentEvent, { type: Type }>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The state after one more event. Pure. An event that the state already knows, or of an unknown kind, changes nothing else. */
export function reduceExperiment(state: ExperimentState, event: ExperimentEvent): ExperimentState {
  return foldExperiment(state, [event]);
}

/** The state after several events in order: the same as `reduceExperiment` over each, copying what they touch only once. */
export function foldExperiment(
  state: ExperimentState,
  events: Iterable<ExperimentEvent>
): ExperimentState {
  const draft = new Draft(state);
  for (const event of events) draft.apply(event);
  return draft.experiment;
}

/** A state being built. What it took over from the former state is copied before it is first changed. */
class Draft {
  readonly experiment: Mutable<ExperimentState>;
  private ownTrials: Mutable<TrialState>[] | null = null;
  private readonly copied = new Set<number>();

  constructor(state: ExperimentState) {
    this.experiment = { ...state };
  }

  apply(event: ExperimentEvent): void {
    if (event.seq <= this.experiment.seq) return;
    this.experiment.seq = event.seq;
    switch (event.type) {
      case 'experiment-created':
        return this.create(event);
      case 'experiment-started':
        this.experiment.phase = 'running';
        this.experiment.startedAt = event.time;
        return;
      case 'suggestions-awaited':
        this.experiment.awaited = event.count;
        return;
      case 'trial-suggested':
        return this.suggest(event);
      case 'trial-started':
        return this.changeTrial(event.trial, {
          phase: 'running',
          run: event.run,
          startedAt: event.time,
          metrics: new Map()
        });
      case 'trial-metric':
        return this.addMetric(event);
      case 'trial-finished':
        return this.finishTrial(event);
      case 'counts-changed':
        this.experiment.spec = {
          ...this.experiment.spec,
          maxTrialCount: event.maxTrialCount,
          parallelTrialCount: event.parallelTrialCount,
          maxFailedTrialCount: event.maxFailedTrialCount
        };
        return;
      case 'experiment-paused':
        this.experiment.phase = 'paused';
        this.experiment.awaited = 0;
        return;
      case 'experiment-resumed':
        this.experiment.phase = 'running';
        this.experiment.reason = null;
        this.experiment.message = '';
        this.experiment.finishedAt = null;
        this.experiment.startedAt ??= event.time;
        return;
      case 'experiment-interrupted':
        return this.interrupt(event);
      case 'experiment-stopping':
        this.experiment.phase = 'stopping';
        this.experiment.reason = event.reason;
        this.experiment.awaited = 0;
        return;
      case 'experiment-finished':
        this.experiment.phase = event.state;
        this.experiment.reason = event.reason;
        this.experiment.message = event.message;
        this.experiment.awaited = 0;
        this.experiment.finishedAt = event.time;
        return;
      default:
        // Kinds that came later mean nothing to this version.
        return;
    }
  }

  private create(event: EventOf<'experiment-created'>): void {
    this.experiment.id = event.experiment;
    this.experiment.pipeline = event.pipeline;
    this.experiment.notebook = event.notebook;
    this.experiment.spec = event.spec;
    this.experiment.fixed = event.fixed;
    this.experiment.snapshot = event.snapshot ?? null;
    this.experiment.createdAt = event.time;
    this.experiment.trials = [];
    this.experiment.tally = emptyTally;
    this.ownTrials = null;
  }

  /** Numbers follow each other; one that does not, or is there already, is not this experiment's. */
  private suggest(event: EventOf<'trial-suggested'>): void {
    if (event.trial !== this.experiment.trials.length + 1) return;
    this.experiment.awaited = Math.max(0, this.experiment.awaited - 1);
    this.trialsToChange().push({
      number: event.trial,
      parameters: event.parameters,
      phase: 'pending',
      run: null,
      suggestedAt: event.time,
      startedAt: null,
      finishedAt: null,
      metrics: new Map(),
      values: {},
      reusedSteps: [],
      stepsMs: 0,
      reason: '',
      error: null
    });
    this.copied.add(event.trial - 1);
    this.count('pending', 1);
  }

  private addMetric(event: EventOf<'trial-metric'>): void {
    const trial = this.trialToChange(event.trial);
    if (trial?.phase !== 'running') return;
    const former: TrialMetric | undefined = trial.metrics.get(event.name);
    const points = former?.points ?? Series.empty<MetricPoint>();
    trial.metrics = new Map(trial.metrics).set(event.name, {
      last: event.value,
      points: points.append({ value: event.value, at: event.at, time: event.time })
    });
  }

  private finishTrial(event: EventOf<'trial-finished'>): void {
    this.changeTrial(event.trial, {
      phase: event.state,
      finishedAt: event.time,
      values: event.values,
      reusedSteps: event.reusedSteps,
      stepsMs: event.stepsMs,
      reason: event.reason,
      error: event.error
    });
    if (event.state === 'succeeded') this.compareWithBest(event.trial);
  }

  /** The first of several equal ones stays the best. */
  private compareWithBest(number: number): void {
    const { spec, trials, best } = this.experiment;
    const trial = trials[number - 1];
    const value = trial ? objectiveValue(spec, trial) : null;
    if (value === null) return;
    const former = best === null ? null : objectiveValue(spec, trials[best - 1]!);
    if (former === null || isBetter(spec.objective.type, value, former)) {
      this.experiment.best = number;
    }
  }

  private interrupt(event: EventOf<'experiment-interrupted'>): void {
    this.experiment.phase = 'interrupted';
    this.experiment.message = event.message;
    this.experiment.awaited = 0;
    this.experiment.finishedAt = event.time;
    for (const trial of this.experiment.trials) {
      if (trial.phase === 'running') this.changeTrial(trial.number, { phase: 'interrupted' });
    }
  }

  /** A trial that has come to its end stays as it is. */
  private changeTrial(number: number, change: Partial<TrialState>): void {
    const trial = this.trialToChange(number);
    if (trial === undefined || isTrialOver(trial.phase)) return;
    if (change.phase !== undefined) {
      this.count(trial.phase, -1);
      this.count(change.phase, 1);
    }
    Object.assign(trial, change);
  }

  private count(phase: TrialPhase, by: number): void {
    const { tally } = this.experiment;
    this.experiment.tally = { ...tally, [phase]: tally[phase] + by };
  }

  private trialToChange(number: number): Mutable<TrialState> | undefined {
    if (this.experiment.trials[number - 1] === undefined) return undefined;
    const trials = this.trialsToChange();
    const trial = trials[number - 1]!;
    if (this.copied.has(number - 1)) return trial;
    this.copied.add(number - 1);
    const copy = { ...trial };
    trials[number - 1] = copy;
    return copy;
  }

  private trialsToChange(): Mutable<TrialState>[] {
    if (this.ownTrials === null) {
      this.ownTrials = [...this.experiment.trials];
      this.experiment.trials = this.ownTrials;
    }
    return this.ownTrials;
  }
}
