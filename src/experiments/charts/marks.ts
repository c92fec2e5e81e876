/** A place in a drawing, in pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Dots as one path: drawn with round ends and the stroke's width as their size. */
export function dots(spots: Iterable<Spot>): string {
  let path = '';
  for (const { x, y } of spots) path += `M${round(x)} ${round(y)}h0`;
  return path;
}

/** Crosses as one path, `size` from their middle to an end. */
export function crosses(spots: Iterable<Spot>, size = 3): string {
  let path = '';
  for (const { x, y } of spots) {
    path += `M${round(x - size)} ${round(y - size)}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`;
  }
  return path;
}

/** A line through the spots; where one is missing it has a gap. */
export function line(spots: Iterable<Spot | null>): string {
  let path = '';
  let isDown = false;
  for (const spot of spots) {
    if (spot) path += `${isDown ? 'L' : 'M'}${round(spot.x)} ${round(spot.y)}`;
    isDown = spot !== null;
  }
  return path;
}

/** The index of the spot that is nearest to a place, no farther than `reach`; -1 for none. */
export function nearestSpot(spots: readonly Spot[], place: Spot, reach: number): number {
  let found = -1;
  let least = reach * reach;
  spots.forEach(({ x, y }, at) => {
    const distance = (x - place.x) ** 2 + (y - place.y) ** 2;
    if (distance <= least) {
      least = distance;
      found = at;
    }
  });
  return found;
}

/** How far a place is from the line between two others. */
export function distanceToLine(place: Spot, from: Spot, to: Spot): number {
  const width = to.x - from.x;
  const height = to.y - from.y;
  const length = width * width + height * height;
  const share =
    length === 0 ? 0 : ((place.x - from.x) * width + (place.y - from.y) * height) / length;
  const at = Math.max(0, Math.min(1, share));
  return Math.hypot(place.x - from.x - at * width, place.y - from.y - at * height);
}

/** To a tenth of a pixel; `toFixed` takes several times as long. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
