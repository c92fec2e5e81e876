import { metricsOf, strategyOf, valueByStrategy, type Objective } from '@chard/core/experiment';
import { METRICS_STEP } from '@chard/core/pipeline';
import type { MetricValue, RunEvent } from '@chard/core/run';

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

  constructor(private readonly objective: Objective) {}

  /** Takes an event of the run. @returns the point that it is; null for another. */
  hear(event: RunEvent): TrialPoint | null {
    // A later attempt of a step tells its numbers again.
    if (event.type === 'step-started') {
      this.points = this.points.filter(({ step }) => step !== event.step);
    }
    if (event.type !== 'metric' || !metricsOf(this.objective).includes(event.name)) return null;
    const { name, step, value, at } = event;
    const point = { name, step, value, at };
    this.points.push(point);
    return point;
  }

  all(): readonly TrialPoint[] {
    return this.points;
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
