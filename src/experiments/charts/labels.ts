import type { Spot } from './marks';
import type { Box } from './plot';

/** About how wide a digit or a letter is, in pixels, and how high a line. */
const LETTER = 7;
const LINE = 11;
/** How far a label stays from a spot's middle. */
const REACH = 6;

export interface LabelPlace {
  /** Where the text stands, on its base line. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Where a spot's label stays within the box and covers as few of the other spots as can be: above it to the right where that is free. */
export function labelPlace(spot: Spot, text: string, spots: readonly Spot[], box: Box): LabelPlace {
  return cheapest(placesFor(spot), place => cost(place, text, spots, box));
}

/**
 * Where the labels of spots stay so that none stands over another one. `first` is placed before all others, which have none
 * (null) where there is no room.
 */
export function labelPlaces(
  spots: readonly Spot[],
  texts: readonly string[],
  first: number,
  box: Box
): (LabelPlace | null)[] {
  const placed: (LabelPlace | null)[] = spots.map(() => null);
  const taken: Extent[] = [];
  for (const at of [first, ...[...spots.keys()].filter(each => each !== first)]) {
    const text = texts[at]!;
    const free = placesFor(spots[at]!).filter(place => {
      const mine = extentOf(place, text);
      return !taken.some(other => isOver(mine, other));
    });
    if (free.length === 0) continue;
    const place = cheapest(free, each => cost(each, text, spots, box));
    placed[at] = place;
    taken.push(extentOf(place, text));
  }
  return placed;
}

function placesFor(spot: Spot): LabelPlace[] {
  return [spot.y - REACH - 1, spot.y + REACH + LINE - 2].flatMap((y): LabelPlace[] => [
    { x: spot.x + REACH + 2, y, anchor: 'start' },
    { x: spot.x - REACH - 2, y, anchor: 'end' },
    { x: spot.x, y: y + (y < spot.y ? -2 : 2), anchor: 'middle' }
  ]);
}

function cheapest(
  places: readonly LabelPlace[],
  costOf: (place: LabelPlace) => number
): LabelPlace {
  const costs = places.map(costOf);
  return places[costs.indexOf(Math.min(...costs))]!;
}

interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function extentOf({ x, y, anchor }: LabelPlace, text: string): Extent {
  const width = text.length * LETTER;
  const left = x - { start: 0, middle: width / 2, end: width }[anchor];
  return { left, right: left + width, top: y - LINE, bottom: y };
}

function isOver(one: Extent, other: Extent): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/** How many spots a label covers there; one that leaves the box is worse than any. */
function cost(place: LabelPlace, text: string, spots: readonly Spot[], box: Box): number {
  const { left, right, top, bottom } = extentOf(place, text);
  const isOut =
    left < box.left ||
    right > box.left + box.width ||
    top < box.top - LINE / 2 ||
    bottom > box.top + box.height;
  const covered = spots.filter(
    spot =>
      spot.x > left - REACH &&
      spot.x < right + REACH &&
      spot.y > top - REACH + 2 &&
      spot.y < bottom + REACH - 2
  );
  return covered.length + (isOut ? spots.length + 1 : 0);
}
