import type { MetricValue } from '../run/events';
import type { MetricStrategy, Objective, ObjectiveType } from './model';

/** Whether `value` is better than `other`. */
export function isBetter(type: ObjectiveType, value: number, other: number): boolean {
  return type === 'minimize' ? value < other : value > other;
}

/** Whether `value` is as good as the objective's goal; never where it has none. */
export function reachesGoal({ type, goal }: Objective, value: number): boolean {
  if (goal === null) return false;
  return type === 'minimize' ? value <= goal : value >= goal;
}

/**
 * What a metric comes to, of the values that a trial reported in this order; null where it reported none. Values that
 * are not finite count only where the last value is asked for, or where there are no others.
 */
export function valueByStrategy(
  strategy: MetricStrategy,
  values: Iterable<MetricValue>
): MetricValue | null {
  let best: number | null = null;
  let last: MetricValue | null = null;
  for (const value of values) {
    last = value;
    if (typeof value !== 'number' || strategy === 'latest') continue;
    const type = strategy === 'min' ? 'minimize' : 'maximize';
    if (best === null || isBetter(type, value, best)) best = value;
  }
  return best ?? last;
}
