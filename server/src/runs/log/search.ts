import type { LogMatch } from '@chard/core/protocol/api';
import { ESCAPE_SEQUENCE, plainText } from '@chard/core/text';
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
  for await (const candidate of index.lines(from)) {
    const line = candidate.toLine();
    if (matches.length === limit || line.line - from >= LINES_AT_ONCE) {
      return { matches, next: line.line };
    }
    const ranges = findIn(line.text, pattern);
    if (ranges.length > 0) matches.push({ line, ranges });
  }
  return { matches, next: null };
}

/** The text as a pattern that matches nothing else, and never more slowly than a search for it. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Stretches of `text`, colours included, that read as the pattern without them. */
function findIn(text: string, pattern: RegExp): [number, number][] {
  const plain = plainText(text);
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
  for (const { 0: sequence, index } of text.matchAll(ESCAPE_SEQUENCE)) {
    for (; at < index; at += 1) places.push(at);
    at = index + sequence.length;
  }
  for (; at < text.length; at += 1) places.push(at);
  return places;
}
