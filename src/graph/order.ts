/** An edge between nodes, which are numbers from 0, of two ranks that follow one another. */
export type RankEdge = readonly [from: number, to: number];

/** So many sweeps without fewer crossings end the search. */
const PATIENCE = 4;

/**
 * Orders the nodes of each rank so that few edges cross: by barycentres, in sweeps down and up (Sugiyama, Tagawa and Toda,
 * "Methods for visual understanding of hierarchical system structures", 1981).
 *
 * @param ranks the rank of each node, from 0
 * @returns each rank's nodes from left to right
 */
export function orderRanks(ranks: readonly number[], edges: readonly RankEdge[]): number[][] {
  const above = neighbours(ranks.length, edges, 1);
  const below = neighbours(ranks.length, edges, 0);
  const rows = firstOrder(ranks, below);
  const places = new Float64Array(ranks.length);
  rows.forEach(row => place(row, places));
  let best = rows.map(row => [...row]);
  let fewest = crossings(rows, below, places);
  for (let sweep = 0, idle = 0; idle < PATIENCE && fewest > 0; sweep++, idle++) {
    const isDown = sweep % 2 === 0;
    // Equal barycentres change places in every other pair of sweeps: both ways are tried.
    const flips = sweep % 4 >= 2;
    const from = isDown ? above : below;
    for (let at = 1; at < rows.length; at++) {
      const row = rows[isDown ? at : rows.length - 1 - at]!;
      sortRow(row, from, places, flips);
    }
    const found = crossings(rows, below, places);
    if (found >= fewest) continue;
    fewest = found;
    idle = 0;
    best = rows.map(row => [...row]);
  }
  return best;
}

/** For each node those at the other ends of its edges, of which it is the end `own`. */
function neighbours(count: number, edges: readonly RankEdge[], own: 0 | 1): number[][] {
  const found: number[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) found[edge[own]]!.push(edge[1 - own]!);
  return found;
}

/** What hangs together stands together. */
function firstOrder(ranks: readonly number[], below: readonly number[][]): number[][] {
  const rows: number[][] = Array.from({ length: Math.max(-1, ...ranks) + 1 }, () => []);
  const seen = new Uint8Array(ranks.length);
  const order = ranks.map((_, node) => node).sort((one, other) => ranks[one]! - ranks[other]!);
  for (const start of order) {
    const waiting = [start];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen[node]) continue;
      seen[node] = 1;
      rows[ranks[node]!]!.push(node);
      waiting.push(...below[node]!.toReversed());
    }
  }
  return rows;
}

function place(row: readonly number[], places: Float64Array): void {
  row.forEach((node, at) => (places[node] = at));
}

/** Sorts by the mean place of the neighbours; a node without any stays where it is. */
function sortRow(
  row: number[],
  neighbours: readonly number[][],
  places: Float64Array,
  flips: boolean
): void {
  const centres = new Map<number, number>();
  for (const node of row) {
    const others = neighbours[node]!;
    if (others.length === 0) continue;
    centres.set(node, others.reduce((sum, other) => sum + places[other]!, 0) / others.length);
  }
  const moving = row.filter(node => centres.has(node));
  const tie = flips ? -1 : 1;
  moving.sort(
    (one, other) => centres.get(one)! - centres.get(other)! || tie * (places[one]! - places[other]!)
  );
  let next = 0;
  row.forEach((node, at) => {
    if (centres.has(node)) row[at] = moving[next++]!;
  });
  place(row, places);
}

/** How many pairs of edges cross; by the accumulator tree of Barth, Jünger and Mutzel, "Simple and efficient bilayer cross counting", 2002. */
function crossings(
  rows: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
  places: Float64Array
): number {
  let count = 0;
  for (let at = 0; at + 1 < rows.length; at++) {
    const width = rows[at + 1]!.length;
    const sums = new Int32Array(width + 1);
    let total = 0;
    for (const node of rows[at]!) {
      const ends = below[node]!.map(other => places[other]!).sort((one, other) => one - other);
      for (const end of ends) count += total - upTo(sums, end);
      for (const end of ends) add(sums, end);
      total += ends.length;
    }
  }
  return count;
}

/** Of a Fenwick tree over places from 0: the sum of those up to and with `place`. */
function upTo(sums: Int32Array, place: number): number {
  let sum = 0;
  for (let at = place + 1; at > 0; at -= at & -at) sum += sums[at]!;
  return sum;
}

function add(sums: Int32Array, place: number): void {
  for (let at = place + 1; at < sums.length; at += at & -at) sums[at]! += 1;
}
