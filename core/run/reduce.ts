import type { RunEvent } from './events';
import { Series } from './series';
import type { MetricPoint, MetricState, RunState, StepState } from './state';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The state after one more event. Pure. An event that the state already knows, or of an unknown kind, changes nothing else. */
export function reduce(state: RunState, event: RunEvent): RunState {
  return fold(state, [event]);
}

/** The state after several events in order: the same as `reduce` over each, copying what they touch only once. */
export function fold(state: RunState, events: Iterable<RunEvent>): RunState {
  const draft = new Draft(state);
  for (const event of events) draft.apply(event);
  return draft.run;
}

/** A state being built. What it took over from the former state is copied before it is first changed. */
class Draft {
  readonly run: Mutable<RunState>;
  private ownSteps: Mutable<StepState>[] | null = null;
  private readonly copied = new Set<number>();
  private ownMetrics: Map<string, MetricState> | null = null;

  constructor(state: RunState) {
    this.run = { ...state };
  }

  apply(event: RunEvent): void {
    if (event.seq <= this.run.seq) return;
    this.run.seq = event.seq;
    switch (event.type) {
      case 'run-created':
        return this.create(event);
      case 'run-started':
        this.run.phase = 'running';
        this.run.startedAt = event.time;
        return;
      case 'run-resumed':
        return this.resume();
      case 'run-interrupted':
        return this.interrupt(event);
      case 'run-cancelling':
        this.run.cancelling = true;
        return;
      case 'workspace':
        this.run.workspace = { way: event.way, why: event.why, volumes: event.volumes ?? [] };
        return;
      case 'run-preparing':
        this.run.preparing = event.modules;
        return;
      case 'run-finished':
        this.run.preparing = null;
        this.run.phase = event.state;
        this.run.cancelling = false;
        this.run.error = event.error;
        this.run.finishedAt = event.time;
        return;
      case 'step-started':
        return this.startStep(event);
      case 'cell-started':
        return this.changeStep(event.step, { cell: event.cell });
      case 'cell-finished':
        return this.changeStep(event.step, { cell: null });
      case 'metric':
        return this.addMetric(event);
      case 'warning':
        this.run.warnings = this.run.warnings.append({
          step: event.step,
          code: event.code,
          message: event.message,
          cell: event.cell
        });
        return;
      case 'step-retrying':
        return this.changeStep(event.step, {
          phase: 'pending',
          attempts: event.attempt,
          error: event.error,
          pid: null,
          cell: null
        });
      case 'step-finished':
        return this.finishStep(event);
      default:
        // Text and pictures are read from the log; kinds that came later mean nothing to this version.
        return;
    }
  }

  private create(event: EventOf<'run-created'>): void {
    this.run.id = event.run;
    this.run.pipeline = event.pipeline;
    this.run.notebook = event.notebook;
    this.run.parameters = event.parameters;
    this.run.options = event.options;
    this.run.createdAt = event.time;
    this.run.snapshot = event.snapshot ?? null;
    this.run.positions = new Map(event.steps.map((step, position) => [step.name, position]));
    this.ownSteps = event.steps.map(step => ({
      name: step.name,
      cells: step.cells,
      after: step.after,
      phase: 'pending',
      cached: false,
      why: '',
      reusedFrom: null,
      attempts: 0,
      pid: null,
      cell: null,
      startedAt: null,
      finishedAt: null,
      error: null,
      values: [],
      resources: null,
      snapshot: null
    }));
    this.ownSteps.forEach((_, position) => this.copied.add(position));
    this.run.steps = this.ownSteps;
  }

  private resume(): void {
    this.run.phase = 'running';
    this.run.cancelling = false;
    this.run.finishedAt = null;
    this.run.error = null;
    for (const step of this.run.steps) {
      if (step.phase !== 'succeeded') {
        this.changeStep(step.name, {
          phase: 'pending',
          why: '',
          error: null,
          pid: null,
          cell: null,
          startedAt: null,
          finishedAt: null
        });
      }
    }
  }

  private interrupt(event: EventOf<'run-interrupted'>): void {
    this.run.preparing = null;
    this.run.phase = 'interrupted';
    this.run.cancelling = false;
    this.run.finishedAt = event.time;
    for (const step of this.run.steps) {
      if (step.phase === 'running') {
        this.changeStep(step.name, {
          phase: 'interrupted',
          pid: null,
          cell: null,
          finishedAt: event.time
        });
      }
    }
  }

  private startStep(event: EventOf<'step-started'>): void {
    this.run.preparing = null;
    this.changeStep(event.step, {
      phase: 'running',
      attempts: event.attempt,
      pid: event.pid,
      cell: null,
      error: null,
      startedAt: event.time,
      finishedAt: null
    });
    this.forgetMetricsOf(event.step);
  }

  private finishStep(event: EventOf<'step-finished'>): void {
    const step = this.stepToChange(event.step);
    if (step === undefined) return;
    step.phase = event.state;
    step.cached = event.cached;
    step.why = event.why;
    step.reusedFrom = event.reusedFrom;
    step.attempts = Math.max(step.attempts, event.attempt);
    step.pid = null;
    step.cell = null;
    if (event.state !== 'skipped') step.startedAt ??= event.time;
    step.finishedAt = event.time;
    step.error = event.error;
    step.values = event.values;
    step.resources = event.resources;
    step.snapshot = event.snapshot ?? null;
  }

  /** A step's later attempt tells its numbers again; those of the former one would stand twice in a curve. */
  private forgetMetricsOf(step: string): void {
    for (const metric of this.run.metrics.values()) {
      if (metric.step === step) this.metricsToChange().delete(metric.name);
    }
  }

  private addMetric(event: EventOf<'metric'>): void {
    const former = this.run.metrics.get(event.name);
    const points =
      former !== undefined && former.step === event.step
        ? former.points
        : Series.empty<MetricPoint>();
    this.metricsToChange().set(event.name, {
      name: event.name,
      step: event.step,
      last: event.value,
      points: points.append({ value: event.value, at: event.at, time: event.time })
    });
  }

  private changeStep(name: string, change: Partial<StepState>): void {
    const step = this.stepToChange(name);
    if (step !== undefined) Object.assign(step, change);
  }

  private stepToChange(name: string): Mutable<StepState> | undefined {
    const position = this.run.positions.get(name);
    if (position === undefined) return undefined;
    if (this.ownSteps === null) {
      this.ownSteps = [...this.run.steps];
      this.run.steps = this.ownSteps;
    }
    const step = this.ownSteps[position];
    if (step === undefined || this.copied.has(position)) return step;
    this.copied.add(position);
    const copy = { ...step };
    this.ownSteps[position] = copy;
    return copy;
  }

  private metricsToChange(): Map<string, MetricState> {
    if (this.ownMetrics === null) {
      this.ownMetrics = new Map(this.run.metrics);
      this.run.metrics = this.ownMetrics;
    }
    return this.ownMetrics;
  }
}
