import type { Choice } from '@chard/core/experiment';
import { rangeOf, shortNumber, ticks, tickTexts } from '../../curves/scale';

/** What a trial has on an axis: a number, a choice (null is Python's None), or nothing yet. */
export type AxisValue = Choice | undefined;

export interface Tick {
  /** 0 at the lower end of the axis, 1 at the upper. */
  readonly at: number;
  readonly text: string;
}

/** Values in their places on a line from 0 (lower end) to 1 (upper end). */
export interface Axis {
  readonly kind: 'linear' | 'log' | 'choices';
  readonly ticks: readonly Tick[];
  /** What a value is compared by: itself, of a choice its index. Null for what has no place at all. */
  numberOf(value: AxisValue): number | null;
  /** Null for what has no place: nothing, what is not finite, what is not positive on a log axis. */
  place(value: AxisValue): number | null;
  /** The number that stands at a place. */
  numberAt(place: number): number;
  /** Where a number stands, at an end where it lies beyond. */
  placeOf(number: number): number;
  /** What stands at a place, in words; of choices the nearest one. */
  textAt(place: number): string;
}

/** Decades that an axis spans before only powers of ten are named on it. */
const FEW_DECADES = 2;
const WITHIN_A_DECADE = [1, 2, 5];

/** An axis over numbers with round ends. A log axis leaves out what is not positive. `count` is about how many ticks it has. */
export function numberAxis(values: Iterable<AxisValue>, log: boolean, count = 4): Axis {
  const numbers = [...values].filter(isFiniteNumber);
  return log ? logAxis(numbers, count) : linearAxis(ticks(rangeOf(numbers), count));
}

/**
 * An axis from one number to another, both exactly at its ends: a range that is searched, which stays where it is whatever
 * is tried in it. `named` are the values to name on it; without them round ones.
 */
export function rangeAxis(
  least: number,
  most: number,
  log: boolean,
  named: readonly number[] | null = null
): Axis {
  if (log && least > 0) return logAxis([least, most], 4);
  if (least >= most) return linearAxis(ticks(rangeOf([least]), 2));
  const place = (value: number): number => (value - least) / (most - least);
  const round = ticks({ least, most }, 4).filter(tick => place(tick) > 0.1 && place(tick) < 0.9);
  return linearAxis(named ?? [least, ...round, most]);
}

/** An axis over choices, in their order. */
export function choiceAxis(choices: readonly Choice[]): Axis {
  const texts = choices.map(choiceText);
  const last = Math.max(1, texts.length - 1);
  const placeOf = (index: number): number => (texts.length === 1 ? 0.5 : clamp(index / last));
  const numberOf = (value: AxisValue): number | null => {
    const index = value === undefined ? -1 : texts.indexOf(choiceText(value));
    return index === -1 ? null : index;
  };
  return {
    kind: 'choices',
    ticks: texts.map((text, index) => ({ at: placeOf(index), text })),
    numberOf,
    place: value => {
      const index = numberOf(value);
      return index === null ? null : placeOf(index);
    },
    numberAt: place => clamp(place) * last,
    placeOf,
    textAt: place => texts[Math.round(clamp(place) * (texts.length - 1))] ?? ''
  };
}

/** A choice as Python writes it. */
export function choiceText(value: Choice): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null ? 'None' : String(value);
}

/** From the first to the last of `rows`, all of which are named. */
function linearAxis(rows: readonly number[]): Axis {
  const least = rows[0]!;
  const width = rows.at(-1)! - least;
  return numericAxis(
    'linear',
    rows,
    value => (value - least) / width,
    at => least + at * width
  );
}

function logAxis(numbers: readonly number[], count: number): Axis {
  const { least, most } = rangeOf(numbers.filter(value => value > 0).map(Math.log10));
  const width = most - least;
  const place = (value: number): number => (Math.log10(value) - least) / width;
  const named = (width > FEW_DECADES ? [1] : WITHIN_A_DECADE).flatMap(digit =>
    wholeNumbers(Math.floor(least), Math.ceil(most)).map(power => Number(`${digit}e${power}`))
  );
  const within = named.filter(value => place(value) >= -1e-9 && place(value) <= 1 + 1e-9);
  const chosen = within.length < 2 ? [10 ** least, 10 ** most] : within.sort((a, b) => a - b);
  const step = Math.ceil(chosen.length / (count + 2));
  const rows = chosen.filter((_, index) => index % step === 0);
  return numericAxis(
    'log',
    rows,
    value => (value > 0 ? place(value) : null),
    at => 10 ** (least + at * width)
  );
}

function numericAxis(
  kind: 'linear' | 'log',
  rows: readonly number[],
  place: (value: number) => number | null,
  numberAt: (place: number) => number
): Axis {
  const within = (value: number): number | null => {
    const found = place(value);
    return found === null ? null : clamp(found);
  };
  const texts = tickTexts(rows);
  return {
    kind,
    ticks: rows.map((row, index) => ({ at: within(row)!, text: texts[index]! })),
    numberOf: value => (isFiniteNumber(value) ? value : null),
    place: value => (isFiniteNumber(value) ? within(value) : null),
    numberAt: at => numberAt(clamp(at)),
    placeOf: number => within(number) ?? 0,
    textAt: at => shortNumber(numberAt(clamp(at)))
  };
}

function isFiniteNumber(value: AxisValue): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function wholeNumbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
