import { diffArrays } from 'diff';
import type { Cell } from '../model';

type Part = Pick<Cell, 'id' | 'type' | 'source'>;
/** A place in the first notebook, and the place of the same cell in the second. */
export type Pair = readonly [number, number];

/** Cells that have less in common are two cells. */
const LEAST_ALIKE = 0.5;
/** Notebooks that differ in more cells are paired without regard to the order. */
const MOST_CELLS = 1000;

/**
 * Which cells of two notebooks are the same cell: by their ids, else by their source where they stand, else by their source
 * anywhere, else by being alike between the same neighbours. Each cell is in one pair at most.
 */
export function pairCells(before: readonly Part[], after: readonly Part[]): Pair[] {
  const pairing = new Pairing(before, after);
  pairing.byId();
  pairing.bySourceInOrder();
  pairing.bySourceAnywhere();
  pairing.byLikeness();
  return pairing.pairs;
}

class Pairing {
  private readonly partners = new Map<number, number>();
  private readonly taken = new Set<number>();

  constructor(
    private readonly before: readonly Part[],
    private readonly after: readonly Part[]
  ) {}

  get pairs(): Pair[] {
    return [...this.partners].sort(([a], [b]) => a - b);
  }

  byId(): void {
    const places = uniqueIds(this.after);
    for (const [id, from] of uniqueIds(this.before)) {
      const to = places.get(id);
      if (to !== undefined) this.join(from, to);
    }
  }

  bySourceInOrder(): void {
    const [old, now] = [this.left(), this.came()];
    const changes = diffArrays(
      old.map(at => keyOf(this.before[at]!)),
      now.map(at => keyOf(this.after[at]!)),
      { maxEditLength: MOST_CELLS }
    );
    let [from, to] = [0, 0];
    for (const { added, removed, count } of changes ?? []) {
      if (!added && !removed) {
        for (let at = 0; at < count; at += 1) this.join(old[from + at]!, now[to + at]!);
      }
      if (!added) from += count;
      if (!removed) to += count;
    }
  }

  bySourceAnywhere(): void {
    const places = new Map<string, number[]>();
    for (const to of this.came()) {
      const key = keyOf(this.after[to]!);
      places.set(key, [...(places.get(key) ?? []), to]);
    }
    for (const from of this.left()) {
      const { source } = this.before[from]!;
      // Empty cells are like any other: where they stood says more.
      const to = source.trim() === '' ? undefined : places.get(keyOf(this.before[from]!))?.shift();
      if (to !== undefined) this.join(from, to);
    }
  }

  /** Within each run of cells that have no partner, between the same neighbours. */
  byLikeness(): void {
    for (const { old, now } of this.gaps()) {
      const words = now.map(to => wordsOf(this.after[to]!.source));
      let next = 0;
      for (const from of old) {
        const mine = wordsOf(this.before[from]!.source);
        let best = { at: -1, likeness: LEAST_ALIKE };
        for (let at = next; at < now.length; at += 1) {
          if (this.after[now[at]!]!.type !== this.before[from]!.type) continue;
          const found = likeness(mine, words[at]!);
          if (found >= best.likeness && (found > best.likeness || best.at < 0)) {
            best = { at, likeness: found };
          }
        }
        if (best.at < 0) continue;
        this.join(from, now[best.at]!);
        next = best.at + 1;
      }
    }
  }

  private gaps(): { old: number[]; now: number[] }[] {
    const gaps = new Map<number, { old: number[]; now: number[] }>();
    const gapOf = (key: number): { old: number[]; now: number[] } => {
      const gap = gaps.get(key) ?? { old: [], now: [] };
      gaps.set(key, gap);
      return gap;
    };
    const back = new Map([...this.partners].map(([from, to]) => [to, from]));
    let last = -1;
    for (let from = 0; from < this.before.length; from += 1) {
      if (this.partners.has(from)) last = from;
      else gapOf(last).old.push(from);
    }
    last = -1;
    for (let to = 0; to < this.after.length; to += 1) {
      const from = back.get(to);
      if (from !== undefined) last = from;
      else gapOf(last).now.push(to);
    }
    return [...gaps.values()].filter(({ old, now }) => old.length > 0 && now.length > 0);
  }

  private left(): number[] {
    return [...this.before.keys()].filter(from => !this.partners.has(from));
  }

  private came(): number[] {
    return [...this.after.keys()].filter(to => !this.taken.has(to));
  }

  private join(from: number, to: number): void {
    this.partners.set(from, to);
    this.taken.add(to);
  }
}

function uniqueIds(cells: readonly Part[]): Map<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  for (const [at, { id }] of cells.entries()) {
    if (id === null) continue;
    if (places.has(id)) twice.add(id);
    places.set(id, at);
  }
  for (const id of twice) places.delete(id);
  return places;
}

const keyOf = ({ type, source }: Part): string => `${type}\0${source}`;

/** How often a text has each word. */
function wordsOf(source: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const [word] of source.matchAll(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu)) {
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

/** The share of words that two texts have in common, 0 to 1. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [word, count] of a) common += Math.min(count, b.get(word) ?? 0);
  const size = sum(a) + sum(b);
  return size === 0 ? 1 : (2 * common) / size;
}

function sum(words: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of words.values()) total += count;
  return total;
}
