/** A stretch of the source and what the grammar shall read in its place (of the same length). */
export interface Mask {
  start: number;
  end: number;
  text: string;
}

/** The source as the grammar shall see it. Of masks that overlap the first counts. */
export function applyMasks(source: string, masks: readonly Mask[]): string {
  if (masks.length === 0) return source;
  const ordered = [...masks].sort((left, right) => left.start - right.start);
  const parts: string[] = [];
  let at = 0;
  for (const mask of ordered) {
    if (mask.start < at) continue;
    parts.push(source.slice(at, mask.start), mask.text);
    at = mask.end;
  }
  parts.push(source.slice(at));
  return parts.join('');
}

/** Blanks of the same length, with the line ends where they are. */
export function blanks(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
