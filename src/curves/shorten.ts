/** About how wide a letter or a digit of a drawing is, in pixels. */
const LETTER = 6.6;

/** What sums of floats may lack of a letter's room. */
const HAIR = 1e-6;

/** What a text has at least, however little room there is. */
const LEAST_LETTERS = 2;

/** About how wide a text of a drawing is, in pixels. */
export function textWidth(text: string): number {
  return text.length * LETTER;
}

/** A text that has so much room, in pixels: its beginning, or all of it where it fits. */
export function shortened(text: string, room: number): string {
  return beginning(text, lettersIn(room, LETTER));
}

/**
 * Texts that have so much room each, in pixels. Those that differ are told apart: where their beginnings are the same, each has what comes
 * after that, too. `letter`: how wide one is where they are larger than in a drawing.
 */
export function shortenedApart(texts: readonly string[], room: number, letter = LETTER): string[] {
  const most = lettersIn(room, letter);
  const shown = new Map([...new Set(texts)].map(text => [text, beginning(text, most)]));
  const alike = (among: Iterable<string>): string[][] => {
    const groups = new Map<string, string[]>();
    for (const text of among) {
      const as = shown.get(text)!;
      groups.set(as, [...(groups.get(as) ?? []), text]);
    }
    return [...groups.values()].filter(({ length }) => length > 1);
  };
  const tellApart = (same: readonly string[]): void => {
    const from = differenceOf(same, most);
    for (const text of same) shown.set(text, around(text, from, most));
    for (const group of alike(same)) if (group.length < same.length) tellApart(group);
  };
  for (const group of alike(shown.keys())) tellApart(group);
  return texts.map(text => shown.get(text)!);
}

function lettersIn(room: number, letter: number): number {
  return Math.max(LEAST_LETTERS, Math.floor(room / letter + HAIR));
}

function beginning(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** What stands from a place on, and before it as much of the beginning as has room. */
function around(text: string, from: number, most: number): string {
  const end = text.slice(from);
  const before = Math.max(0, most - 1 - end.length);
  return `${text.slice(0, before).trimEnd()}…${beginning(end, most - 1)}`;
}

/** Where texts begin to differ: with the word in which they do, unless that is too long to show the difference. */
function differenceOf([first = '', ...others]: readonly string[], most: number): number {
  let at = 0;
  while (at < first.length && others.every(other => other[at] === first[at])) at++;
  const word = first.slice(0, at).search(/[\p{L}\p{N}]*$/u);
  return at - word < most - 2 ? word : at;
}
