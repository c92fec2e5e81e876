import type { MetricPoint } from '@chard/core/run';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** A metric's points to draw: x is what it was logged with, else its number; what is not finite has no place. */
export function curvePoints(points: Iterable<MetricPoint>): Point[] {
  const found: Point[] = [];
  let number = 0;
  for (const { value, at } of points) {
    if (typeof value === 'number') found.push({ x: at ?? number, y: value });
    number += 1;
  }
  return found.sort((one, other) => one.x - other.x);
}

/** Part of its ends that a range has to be wide, so that numbers can tell places in it apart. */
const NARROWEST = 1e-9;
/** Below it numbers have fewer digits than their steps need; it is drawn as nought. */
const TINIEST = 1e-300;

/** From the least to the most of the numbers; a range without width is made wider, so that it can be drawn. */
export function rangeOf(values: Iterable<number>): Range {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return { least: 0, most: 1 };
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least > Math.max(size * NARROWEST, TINIEST)) return { least, most };
  const room = size <= TINIEST ? 1 : size / 10;
  return { least: least - room, most: most + room };
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers over a range, about `count` of them, the outer ones at or beyond its ends. */
export function ticks(range: Range, count: number): number[] {
  const { least, most } = rangeOf([range.least, range.most]);
  const rough = (most - least) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * STEPS.find(each => each * power >= rough * (1 - 1e-9))!;
  const found: number[] = [];
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  for (let at = first; at <= last; at++) found.push(Number((at * step).toPrecision(12)));
  return found;
}

/**
 * No more points than can be told apart: of those that fall into one of `columns` of equal width, the first, the least, the
 * most and the last, so that no peak is lost.
 */
export function thin(points: readonly Point[], columns: number): readonly Point[] {
  if (points.length <= columns * 4) return points;
  const { least, most } = rangeOf(points.map(({ x }) => x));
  const columnOf = ({ x }: Point): number =>
    Math.min(columns - 1, Math.floor(((x - least) / (most - least)) * columns));
  const kept: Point[] = [];
  for (let start = 0; start < points.length;) {
    const column = columnOf(points[start]!);
    let end = start;
    let low = start;
    let high = start;
    while (end + 1 < points.length && columnOf(points[end + 1]!) === column) {
      end += 1;
      if (points[end]!.y < points[low]!.y) low = end;
      if (points[end]!.y > points[high]!.y) high = end;
    }
    for (const at of [...new Set([start, low, high, end])].sort((a, b) => a - b)) {
      kept.push(points[at]!);
    }
    start = end + 1;
  }
  return kept;
}

/** Moves labels apart that would stand over each other: at least `gap` between any two, within `room`, order kept. */
export function placeLabels(wanted: readonly number[], gap: number, room: Range): number[] {
  const order = wanted.map((_, at) => at).sort((one, other) => wanted[one]! - wanted[other]!);
  const placed = [...wanted];
  let least = room.least;
  for (const at of order) {
    placed[at] = Math.max(placed[at]!, least);
    least = placed[at]! + gap;
  }
  let most = room.most;
  for (const at of order.reverse()) {
    placed[at] = Math.min(placed[at]!, most);
    most = placed[at]! - gap;
  }
  return placed;
}

/** Integers up to here are written whole: a seed, a number of rows. */
const LONGEST_WHOLE = 1e12;

/** A parameter's value, or one that is compared: a whole number whole, since somebody wrote it so; others as `shortNumber`. */
export function shortValue(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < LONGEST_WHOLE
    ? String(value)
    : shortNumber(value);
}

/** A number as people read it: four digits that count, no noise behind them. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return String(Number(value.toPrecision(4)));
}

/** What stands at ticks: as short as numbers are elsewhere, unless some that differ would be called the same. */
export function tickTexts(values: readonly number[]): string[] {
  const texts = values.map(shortNumber);
  return new Set(texts).size === new Set(values).size ? texts : values.map(String);
}
