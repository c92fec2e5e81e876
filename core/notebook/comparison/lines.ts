import { diffLines, diffWordsWithSpace } from 'diff';

/** A piece of a line; `differs` where the other side has something else. */
export interface LinePart {
  readonly text: string;
  readonly differs: boolean;
}

/** One line of one side. */
export interface LineSide {
  /** Counts from 1. */
  readonly number: number;
  readonly parts: readonly LinePart[];
}

/** Two lines beside each other; null where a side has none. */
export interface LineRow {
  readonly how: 'same' | 'changed' | 'added' | 'removed';
  readonly before: LineSide | null;
  readonly after: LineSide | null;
}

/** Texts that differ in more lines are not worth the time that the shortest difference takes: they count as different throughout. */
const MOST_LINES = 800;
const MOST_WORDS = 400;
/** Lines that have less in common are told as one line for another. */
const LEAST_IN_COMMON = 0.3;

/** Two texts beside each other, line by line, with what differs within lines. */
export function compareLines(before: string, after: string): LineRow[] {
  const rows: LineRow[] = [];
  const numbers = { before: 0, after: 0 };
  for (const { removed, added } of blocksOf(before, after)) {
    const shared = Math.min(removed.length, added.length);
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      const [old, now] = [removed[at], added[at]];
      const isSame = at < shared && old === now;
      const [oldParts, nowParts] = partsOf(old ?? '', now ?? '', at < shared);
      rows.push({
        how: isSame ? 'same' : at < shared ? 'changed' : old === undefined ? 'added' : 'removed',
        before: old === undefined ? null : { number: (numbers.before += 1), parts: oldParts },
        after: now === undefined ? null : { number: (numbers.after += 1), parts: nowParts }
      });
    }
  }
  return rows;
}

/** Lines that stand beside each other: the same ones, or those that went and those that came in their place. */
interface Block {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function blocksOf(before: string, after: string): Block[] {
  // A last line counts the same with and without its end.
  const [old, now] = [ended(before), ended(after)];
  const changes = diffLines(old, now, { maxEditLength: MOST_LINES });
  if (changes === undefined) return [{ removed: linesOf(old), added: linesOf(now) }];
  const blocks: Block[] = [];
  for (let at = 0; at < changes.length; at += 1) {
    const { value, added, removed } = changes[at]!;
    const lines = linesOf(value);
    const next = changes[at + 1];
    if (removed && next?.added === true) {
      blocks.push({ removed: lines, added: linesOf(next.value) });
      at += 1;
    } else {
      blocks.push({ removed: added ? [] : lines, added: removed ? [] : lines });
    }
  }
  return blocks;
}

function partsOf(before: string, after: string, isPair: boolean): [LinePart[], LinePart[]] {
  const whole = (differs: boolean): [LinePart[], LinePart[]] => [
    [{ text: before, differs }],
    [{ text: after, differs }]
  ];
  if (!isPair) return whole(true);
  if (before === after) return whole(false);
  const changes = diffWordsWithSpace(before, after, { maxEditLength: MOST_WORDS });
  if (changes === undefined) return whole(true);
  const common = changes.reduce(
    (sum, { added, removed, value }) => sum + (added || removed ? 0 : value.trim().length),
    0
  );
  const longest = Math.max(before.trim().length, after.trim().length, 1);
  if (common / longest < LEAST_IN_COMMON) return whole(true);
  const side = (other: 'added' | 'removed'): LinePart[] =>
    changes.flatMap(({ value: text, ...how }) =>
      how[other] ? [] : [{ text, differs: how.added || how.removed }]
    );
  return [side('added'), side('removed')];
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
