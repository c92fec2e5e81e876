/** CPython keeps two widths of an indentation: with tabs to multiples of eight, and with tabs of one. */
export interface Indentation {
  width: number;
  alternative: number;
}

/**
 * The indentation of the line in which a token comes first. One that is split over continued lines (`\\` at their
 * ends) counts as that of the first of them that has any.
 */
export function indentationOf(text: string, tokenStart: number): Indentation {
  let start = text.lastIndexOf('\n', tokenStart - 1) + 1;
  let result = measure(text, start, tokenStart);
  while (start > 1 && text[start - 2] === '\\') {
    const end = start - 2;
    start = text.lastIndexOf('\n', end - 1) + 1;
    if (text.slice(start, end).trim() !== '') break;
    const before = measure(text, start, end);
    if (before.width > 0) result = before;
  }
  return result;
}

function measure(text: string, start: number, end: number): Indentation {
  const result = { width: 0, alternative: 0 };
  for (let at = start; at < end; at += 1) {
    const char = text[at];
    if (char === ' ') {
      result.width += 1;
      result.alternative += 1;
    } else if (char === '\t') {
      result.width = (Math.floor(result.width / 8) + 1) * 8;
      result.alternative += 1;
    } else if (char === '\f') {
      result.width = 0;
      result.alternative = 0;
    } else break;
  }
  return result;
}
