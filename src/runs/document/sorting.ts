import type { StepState } from '@chard/core/run';

export type Column = 'step' | 'state' | 'time' | 'memory';

export interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

const PHASES: readonly StepState['phase'][] = [
  'failed',
  'interrupted',
  'running',
  'pending',
  'succeeded',
  'cancelled',
  'skipped'
];

/** The steps in the order of a column; those that say nothing there come last, and what is equal stays in the run's order. */
export function sortSteps(
  steps: readonly StepState[],
  sorting: Sorting | null,
  now: number
): StepState[] {
  if (sorting === null) return [...steps];
  const keyed = steps.map(step => ({ step, key: keyOf(step, sorting.column, now) }));
  const sign = sorting.descending ? -1 : 1;
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) {
      return Number(one.key === null) - Number(other.key === null);
    }
    if (typeof one.key === 'string' && typeof other.key === 'string') {
      return sign * one.key.localeCompare(other.key);
    }
    return sign * (Number(one.key) - Number(other.key));
  });
  return keyed.map(({ step }) => step);
}

/** Pressed once a column sorts upwards, twice downwards, three times as the run has it. */
export function pressed(sorting: Sorting | null, column: Column): Sorting | null {
  if (sorting?.column !== column) return { column, descending: false };
  return sorting.descending ? null : { column, descending: true };
}

function keyOf(step: StepState, column: Column, now: number): string | number | null {
  switch (column) {
    case 'step':
      return step.name;
    case 'state':
      return PHASES.indexOf(step.phase) + (step.cached ? 0.5 : 0);
    case 'time':
      return step.cached || step.startedAt === null
        ? null
        : (step.finishedAt ?? now) - step.startedAt;
    case 'memory':
      return step.resources?.peakMemoryBytes ?? null;
  }
}
