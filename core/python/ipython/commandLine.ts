/** A word of a magic's argument, quotes around it taken off, and where it stands. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/** Splits a magic's argument at blanks; quotes hold a word together. */
export function splitWords(argument: string): Word[] {
  return [...argument.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g)].map(match => ({
    text: match[0].replace(
      /"([^"]*)"|'([^']*)'/g,
      (_, double?: string, single?: string) => double ?? single ?? ''
    ),
    start: match.index,
    end: match.index + match[0].length
  }));
}

export interface Options {
  /** Value by option, without dashes; an option that takes none has the value ''. The last one counts. */
  values: Map<string, string>;
  /** Words that are no options. */
  rest: Word[];
  /** Where they start in the argument; its length when there are none. */
  restStart: number;
  /** An option that the magic does not have. */
  unknown: string | null;
}

/**
 * Reads leading short options as `getopt` does.
 *
 * @param specification Letters, those that take a value followed by a colon: `n:r:tq`.
 */
export function readShortOptions(argument: string, specification: string): Options {
  const words = splitWords(argument);
  const values = new Map<string, string>();
  let unknown: string | null = null;
  let index = 0;
  for (; index < words.length; index += 1) {
    const { text } = words[index]!;
    if (!/^-[^-]/.test(text)) break;
    for (let at = 1; at < text.length; at += 1) {
      const letter = text[at]!;
      const place = letter === ':' ? -1 : specification.indexOf(letter);
      if (place === -1) unknown ??= `-${letter}`;
      if (specification[place + 1] !== ':' || place === -1) {
        values.set(letter, '');
        continue;
      }
      if (at + 1 < text.length) values.set(letter, text.slice(at + 1));
      else {
        index += 1;
        values.set(letter, words[index]?.text ?? '');
      }
      break;
    }
  }
  if (words[index]?.text === '--') index += 1;
  const rest = words.slice(index);
  return { values, rest, restStart: rest[0]?.start ?? argument.length, unknown };
}

/**
 * Reads long options anywhere among the words, as `argparse` does.
 *
 * @param valued Options that take a value, with their dashes; `aliases` of one option are given one by one.
 */
export function readLongOptions(argument: string, valued: readonly string[]): Options {
  const words = splitWords(argument);
  const values = new Map<string, string>();
  const rest: Word[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const [option, value] = word.text.split(/=(.*)/s);
    if (!word.text.startsWith('-') || option === undefined) rest.push(word);
    else if (!valued.includes(option)) values.set(option, '');
    else if (value !== undefined) values.set(option, value);
    else {
      index += 1;
      values.set(option, words[index]?.text ?? '');
    }
  }
  return { values, rest, restStart: rest[0]?.start ?? argument.length, unknown: null };
}
