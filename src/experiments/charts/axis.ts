import type { Choice } from '@chard/core/experiment';
import { rangeOf, shortNumber, ticks, type Range } from '../../curves/scale';

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
  /** Null for what has no place: nothing, what is not finite, what is not positive on a log axis. */
  place(value: AxisValue): number | null;
  /** What stands at a place, in words; of choices the nearest one. */
  textAt(place: number): string;
}

/** Decades that an axis spans before only powers of ten are named on it. */
const FEW_DECADES = 2;
const WITHIN_A_DECADE = [1, 2, 5];

/** An axis over numbers with round ends. A log axis leaves out what is not positive. `count` is about how many ticks it has. */
export function numberAxis(values: Iterable<AxisValue>, log: boolean, count = 4): Axis {
  const numbers = [...values].filter(value => typeof value === 'number' && Number.isFinite(value));
  return log ? logAxis(numbers as number[], count) : linearAxis(numbers as number[], count);
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
  if (least >= most) return linearAxis([least], 2);
  const width = most - least;
  const place = (value: number): number => (value - least) / width;
  const round = ticks({ least, most }, 4).filter(tick => tick > least && tick < most);
  const rows = named ?? [
    least,
    ...round.filter(tick => place(tick) > 0.1 && place(tick) < 0.9),
    most
  ];
  return {
    kind: 'linear',
    ticks: rows.map(row => ({ at: place(row), text: shortNumber(row) })),
    place: value =>
      typeof value === 'number' && Number.isFinite(value) ? clamp(place(value)) : null,
    textAt: at => shortNumber(least + clamp(at) * width)
  };
}

/** An axis over choices, in their order; each has the same room. */
export function choiceAxis(choices: readonly Choice[]): Axis {
  const texts = choices.map(choiceText);
  const last = texts.length - 1;
  const placeOf = (index: number): number => (last <= 0 ? 0.5 : index / last);
  return {
    kind: 'choices',
    ticks: texts.map((text, index) => ({ at: placeOf(index), text })),
    place: value => {
      const index = value === undefined ? -1 : texts.indexOf(choiceText(value));
      return index === -1 ? null : placeOf(index);
    },
    textAt: place => texts[Math.round(Math.max(0, Math.min(1, place)) * Math.max(0, last))] ?? ''
  };
}

/** A choice as Python writes it. */
export function choiceText(value: Choice): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null ? 'None' : String(value);
}

function linearAxis(numbers: readonly number[], count: number): Axis {
  const rows = ticks(rangeOf(numbers), count);
  const range: Range = { least: rows[0]!, most: rows.at(-1)! };
  const width = range.most - range.least;
  const place = (value: number): number => (value - range.least) / width;
  return {
    kind: 'linear',
    ticks: rows.map(row => ({ at: place(row), text: shortNumber(row) })),
    place: value =>
      typeof value === 'number' && Number.isFinite(value) ? clamp(place(value)) : null,
    textAt: at => shortNumber(range.least + clamp(at) * width)
  };
}

function logAxis(numbers: readonly number[], count: number): Axis {
  const { least, most } = rangeOf(numbers.filter(value => value > 0).map(Math.log10));
  const width = most - least;
  const place = (value: number): number => (Math.log10(value) - least) / width;
  const named = (width > FEW_DECADES ? [1] : WITHIN_A_DECADE).flatMap(digit =>
    range(Math.floor(least), Math.ceil(most)).map(power => Number(`${digit}e${power}`))
  );
  const within = named.filter(value => place(value) >= -1e-9 && place(value) <= 1 + 1e-9);
  const chosen = within.length < 2 ? [10 ** least, 10 ** most] : within;
  const spread = chosen.sort((one, other) => one - other);
  const step = Math.ceil(spread.length / (count + 2));
  return {
    kind: 'log',
    ticks: spread
      .filter((_, index) => index % step === 0)
      .map(value => ({ at: clamp(place(value)), text: shortNumber(value) })),
    place: value =>
      typeof value === 'number' && value > 0 && Number.isFinite(value) ? clamp(place(value)) : null,
    textAt: at => shortNumber(10 ** (least + clamp(at) * width))
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
