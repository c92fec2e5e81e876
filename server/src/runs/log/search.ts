import type { LogMatch } from '@chard/core/protocol/api';
import { LineText } from './lineText';
import type { LogIndex } from './logIndex';

export interface LogSearch {
  readonly text: string;
  readonly matchCase: boolean;
  /** The first line to look at. */
  readonly from: number;
  readonly limit: number;
}

export interface FoundLines {
  readonly matches: LogMatch[];
  /** Where the search goes on; null at the log's end. */
  readonly next: number | null;
}

/** One request looks at no more lines than that; the next one goes on. */
const LINES_AT_ONCE = 250_000;

/** Finds a text in the lines of a log; colours do not count, neither as text nor as an end of it. */
export async function searchLines(
  index: LogIndex,
  { text, matchCase, from, limit }: LogSearch
): Promise<FoundLines> {
  const pattern = new RegExp(escaped(text), matchCase ? 'gu' : 'giu');
  const matches: LogMatch[] = [];
  const open = new Map<number, LineText>();
  const look = (number: number, line: LineText): void => {
    open.delete(number);
    const shown = line.toLine();
    const ranges = findIn(shown.text, pattern);
    if (ranges.length > 0) matches.push({ line: shown, ranges });
  };
  for await (const { entry, pieces, settled } of index.entries(from)) {
    for (const piece of pieces) {
      if (piece.line < from) continue;
      const line = open.get(piece.line) ?? new LineText(piece.line, entry);
      line.add(piece);
      open.set(piece.line, line);
    }
    for (const [number, line] of open) {
      if (number < settled) look(number, line);
    }
    const found = firstOf(matches, limit, settled);
    if (found !== null) return found;
    if (settled - from >= LINES_AT_ONCE) {
      return { matches: inOrder(matches).filter(({ line }) => line.line < settled), next: settled };
    }
  }
  for (const [number, line] of open) look(number, line);
  return firstOf(matches, limit, Infinity) ?? { matches: inOrder(matches), next: null };
}

/** The first `limit` matches, once no line before the last of them can still become one. */
function firstOf(matches: readonly LogMatch[], limit: number, settled: number): FoundLines | null {
  if (matches.length < limit) return null;
  const first = inOrder(matches).slice(0, limit);
  const last = first.at(-1)?.line.line ?? 0;
  return last < settled ? { matches: first, next: last + 1 } : null;
}

function inOrder(matches: readonly LogMatch[]): LogMatch[] {
  return matches.toSorted((a, b) => a.line.line - b.line.line);
}

/** The text as a pattern that matches nothing else, and never more slowly than a search for it. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

// eslint-disable-next-line no-control-regex -- the escape character is what a sequence begins with
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** Stretches of `text`, colours included, that read as the pattern without them. */
function findIn(text: string, pattern: RegExp): [number, number][] {
  const plain = text.replace(ANSI, '');
  const found = [...plain.matchAll(pattern)].map(({ 0: match, index }): [number, number] => [
    index,
    index + match.length
  ]);
  if (found.length === 0 || plain.length === text.length) return found;
  const places = plainPlaces(text);
  return found.map(([start, end]) => [places[start] as number, (places[end - 1] as number) + 1]);
}

/** For each character that is left without colours, where it stands with them. */
function plainPlaces(text: string): number[] {
  const places: number[] = [];
  let at = 0;
  for (const { 0: sequence, index } of text.matchAll(ANSI)) {
    for (; at < index; at += 1) places.push(at);
    at = index + sequence.length;
  }
  for (; at < text.length; at += 1) places.push(at);
  return places;
}
