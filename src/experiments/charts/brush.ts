import type { TrialState } from '@chard/core/experiment';
import type { Axis } from './axis';
import type { Dimension } from './dimensions';

/** A part of an axis, as the axis' numbers: it stays what it is when the axis grows or becomes a log one. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What parts of axes the trials are filtered by, by the dimensions' ids. */
export type Brushes = ReadonlyMap<string, Span>;

/** Whether a trial lies within all brushes. One that has no value on a brushed axis does not. */
export function isWithin(
  trial: TrialState,
  dimensions: readonly Dimension[],
  brushes: Brushes
): boolean {
  return dimensions.every(({ id, axis, valueOf }) => {
    const span = brushes.get(id);
    if (!span) return true;
    const number = axis.numberOf(valueOf(trial));
    if (number === null) return false;
    const slack = Math.abs(span.to - span.from) * 1e-9;
    return number >= span.from - slack && number <= span.to + slack;
  });
}

/** The brushes with one more, another, or with null without it. */
export function withBrush(brushes: Brushes, id: string, span: Span | null): Brushes {
  const changed = new Map(brushes);
  if (span) changed.set(id, span);
  else changed.delete(id);
  return changed;
}

/** The part of an axis between two of its places; null where that is all of it. */
export function spanBetween(axis: Axis, one: number, other: number): Span | null {
  const from = Math.min(one, other);
  const to = Math.max(one, other);
  if (from <= 0 && to >= 1) return null;
  return { from: axis.numberAt(from), to: axis.numberAt(to) };
}

/** The next place of a brush's end by keyboard: a fiftieth of the axis, or the next choice. */
export function stepFrom(axis: Axis, place: number, direction: 1 | -1): number {
  const size = axis.kind === 'choices' ? 1 / Math.max(1, axis.ticks.length - 1) : 0.02;
  return Math.max(0, Math.min(1, place + direction * size));
}
