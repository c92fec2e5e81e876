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
  const width = text.length * LETTER;
  const places = [spot.y - REACH - 1, spot.y + REACH + LINE - 2].flatMap((y): LabelPlace[] => [
    { x: spot.x + REACH + 2, y, anchor: 'start' },
    { x: spot.x - REACH - 2, y, anchor: 'end' },
    { x: spot.x, y: y + (y < spot.y ? -2 : 2), anchor: 'middle' }
  ]);
  const costs = places.map(place => cost(place, width, spots, box));
  return places[costs.indexOf(Math.min(...costs))]!;
}

/** How many spots a label covers there; one that leaves the box is worse than any. */
function cost(
  { x, y, anchor }: LabelPlace,
  width: number,
  spots: readonly Spot[],
  box: Box
): number {
  const left = x - { start: 0, middle: width / 2, end: width }[anchor];
  const isOut =
    left < box.left ||
    left + width > box.left + box.width ||
    y - LINE < box.top - LINE / 2 ||
    y > box.top + box.height;
  const covered = spots.filter(
    spot =>
      spot.x > left - REACH &&
      spot.x < left + width + REACH &&
      spot.y > y - LINE - REACH + 2 &&
      spot.y < y + REACH - 2
  );
  return covered.length + (isOut ? spots.length + 1 : 0);
}
