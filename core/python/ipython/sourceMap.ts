import type { Position, Range } from '../../diagnostics';
import type { SourceMap } from './model';

function isAfter(a: Position, b: Position): boolean {
  return a.line > b.line || (a.line === b.line && a.column > b.column);
}

/** Takes a place in a transformed source to the place in the person's source that it stands for. */
export function originalPosition(map: SourceMap, position: Position): Position {
  let low = 0;
  let high = map.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(map[middle]!.at, position)) high = middle;
    else low = middle + 1;
  }
  const segment = map[low - 1];
  if (segment === undefined) return position;
  if (!segment.copied) return segment.original;
  return {
    line: segment.original.line + position.line - segment.at.line,
    column:
      position.line === segment.at.line
        ? segment.original.column + position.column - segment.at.column
        : position.column
  };
}

/** Takes a stretch of a transformed source to the person's source; never one that ends before it starts. */
export function originalRange(map: SourceMap, range: Range): Range {
  if (map.length === 0) return range;
  const start = originalPosition(map, range.start);
  const end = originalPosition(map, range.end);
  return { start, end: isAfter(start, end) ? start : end };
}
