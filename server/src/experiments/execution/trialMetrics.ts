import {
  metricsOf,
  PrintedMetrics,
  strategyOf,
  valueByStrategy,
  type Objective,
  type ReportedMetrics
} from '@chard/core/experiment';
import { METRICS_STEP } from '@chard/core/pipeline/model';
import type { MetricValue, RunEvent } from '@chard/core/run';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** A value of one of the objective's metrics. */
export interface TrialPoint {
  readonly name: string;
  readonly step: string;
  readonly value: MetricValue;
  readonly at: number | null;
}

/** What a trial's run has reported of the metrics that its experiment keeps. */
export class TrialMetrics {
  private points: TrialPoint[] = [];
  /** Metrics that are read off what steps print. */
  private readonly printed: Set<string>;
  private readonly readers = new Map<string, PrintedMetrics>();

  /** `reported`: what the code says. What may come by `log_metric` is not read off the output, too. */
  constructor(
    private readonly objective: Objective,
    { logged, others }: ReportedMetrics
  ) {
    const names = others ? [] : metricsOf(objective);
    this.printed = new Set(names.filter(name => !logged.includes(name)));
  }

  /** Takes an event of the run. @returns the points that it brings. */
  hear(event: RunEvent): TrialPoint[] {
    switch (event.type) {
      case 'step-started':
        // A later attempt of a step tells its numbers again.
        this.points = this.points.filter(({ step }) => step !== event.step);
        this.readers.delete(event.step);
        return [];
      case 'metric':
        return this.add(this.logged(event));
      case 'output':
        return this.add(this.read(event));
      default:
        return [];
    }
  }

  all(): readonly TrialPoint[] {
    return this.points;
  }

  private add(points: TrialPoint[]): TrialPoint[] {
    this.points.push(...points);
    return points;
  }

  private logged({ name, step, value, at }: EventOf<'metric'>): TrialPoint[] {
    if (!metricsOf(this.objective).includes(name)) return [];
    // Modules may call log_metric where the notebook's own code does not show it.
    if (step !== METRICS_STEP) this.printed.delete(name);
    return [{ name, step, value, at }];
  }

  private read({ step, stream, text }: EventOf<'output'>): TrialPoint[] {
    if (step === METRICS_STEP || stream !== 'stdout' || this.printed.size === 0) return [];
    const reader = this.readers.get(step) ?? new PrintedMetrics([...this.printed]);
    this.readers.set(step, reader);
    return reader
      .read(text)
      .filter(({ name }) => this.printed.has(name))
      .map(point => ({ ...point, step }));
  }

  /** What each reported metric comes to, by its strategy. */
  values(): Record<string, MetricValue> {
    const found = metricsOf(this.objective).map(name => {
      const reported = this.points.filter(point => point.name === name);
      const value = valueByStrategy(
        strategyOf(this.objective, name),
        reported.map(point => point.value)
      );
      return [name, value] as const;
    });
    return Object.fromEntries(
      found.filter((entry): entry is [string, MetricValue] => entry[1] !== null)
    );
  }
}

/** Whether a value tells how a trial is getting on, rather than how it ended. */
export function isIntermediate({ step }: TrialPoint): boolean {
  return step !== METRICS_STEP;
}
