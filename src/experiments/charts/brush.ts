import type { TrialState } from '@chard/core/experiment';
import type { Axis } from './axis';
import type { Dimension } from './dimensions';

/** A part of an axis, in its places from 0 to 1. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What parts of axes the trials are filtered by, by the axes' ids. */
export type Brushes = ReadonlyMap<string, Span>;

/** Whether a trial lies within all brushes. One that has no place on a brushed axis does not. */
export function isWithin(
  trial: TrialState,
  dimensions: readonly Dimension[],
  brushes: Brushes
): boolean {
  return dimensions.every(({ id, axis, valueOf }) => {
    const span = brushes.get(id);
    if (!span) return true;
    const place = axis.place(valueOf(trial));
    return place !== null && place >= span.from - 1e-9 && place <= span.to + 1e-9;
  });
}

/** The brushes with one more, another, or with null without it. */
export function withBrush(brushes: Brushes, id: string, span: Span | null): Brushes {
  const changed = new Map(brushes);
  if (span) changed.set(id, ordered(span));
  else changed.delete(id);
  return changed;
}

/** A brush is none where it covers the whole axis. */
export function isWhole({ from, to }: Span): boolean {
  return from <= 0 && to >= 1;
}

/** The next place of a brush's end by keyboard: a fiftieth of the axis, or the next choice. */
export function stepFrom(axis: Axis, place: number, direction: 1 | -1): number {
  const size = axis.kind === 'choices' ? 1 / Math.max(1, axis.ticks.length - 1) : 0.02;
  return Math.max(0, Math.min(1, place + direction * size));
}

function ordered({ from, to }: Span): Span {
  return from <= to ? { from, to } : { from: to, to: from };
}
