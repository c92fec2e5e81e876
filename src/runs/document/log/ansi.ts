/** A stretch of a line that looks the same throughout. */
export interface Segment {
  readonly text: string;
  /** JupyterLab's classes for the colours of a terminal. */
  readonly className: string;
  /** Colours outside of the sixteen that a theme has. */
  readonly color: string | null;
  readonly background: string | null;
}

interface Style {
  readonly foreground: Colour | null;
  readonly background: Colour | null;
  readonly bold: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

type Colour = { readonly index: number } | { readonly css: string };

const PLAIN: Style = {
  foreground: null,
  background: null,
  bold: false,
  underline: false,
  inverse: false
};
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- the escape character is what a sequence begins with
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/**
 * A line's text as stretches, each with the look that its colour sequences (SGR of ECMA-48) give it. Other sequences are left
 * out. `marks` are stretches of the text, sequences included, that get the class `jp-chard-Log-match`.
 */
export function ansiSegments(
  text: string,
  marks: readonly (readonly [number, number])[] = []
): Segment[] {
  const segments: Segment[] = [];
  let style = PLAIN;
  let at = 0;
  const add = (end: number): void => {
    for (const [from, to, isMarked] of cut(at, end, marks)) {
      if (from < to) segments.push(segment(text.slice(from, to), style, isMarked));
    }
  };
  for (const match of text.matchAll(SEQUENCE)) {
    add(match.index);
    if (match[2] === 'm') style = changed(style, match[1]!);
    at = match.index + match[0].length;
  }
  add(text.length);
  return segments;
}

/** A line's text without any sequence, as it is copied. */
export function plainText(text: string): string {
  return text.replace(SEQUENCE, '');
}

function* cut(
  from: number,
  to: number,
  marks: readonly (readonly [number, number])[]
): Iterable<[number, number, boolean]> {
  let at = from;
  for (const [start, end] of marks) {
    if (end <= at || start >= to) continue;
    yield [at, Math.max(at, start), false];
    yield [Math.max(at, start), Math.min(end, to), true];
    at = Math.min(end, to);
  }
  yield [at, to, false];
}

function changed(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(code => (code === '' ? 0 : Number(code)));
  let next = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, at + 1);
      next = { ...next, [code === 38 ? 'foreground' : 'background']: colour };
      at += used;
    } else {
      next = { ...next, ...change(code) };
    }
  }
  return next;
}

function change(code: number): Partial<Style> {
  if (code === 0) return PLAIN;
  if (code === 1) return { bold: true };
  if (code === 4) return { underline: true };
  if (code === 7) return { inverse: true };
  if (code === 22) return { bold: false };
  if (code === 24) return { underline: false };
  if (code === 27) return { inverse: false };
  if (code === 39) return { foreground: null };
  if (code === 49) return { background: null };
  if (code >= 30 && code <= 37) return { foreground: { index: code - 30 } };
  if (code >= 40 && code <= 47) return { background: { index: code - 40 } };
  if (code >= 90 && code <= 97) return { foreground: { index: code - 82 } };
  if (code >= 100 && code <= 107) return { background: { index: code - 92 } };
  return {};
}

/** `5;n` is one of 256 colours, `2;r;g;b` any; the number tells how many codes it took. */
function extended(codes: readonly number[], at: number): [Colour | null, number] {
  const byte = (place: number): number => Math.max(0, Math.min(255, codes[place] ?? 0));
  if (codes[at] === 2) {
    return [{ css: `rgb(${byte(at + 1)}, ${byte(at + 2)}, ${byte(at + 3)})` }, 4];
  }
  if (codes[at] !== 5) return [null, 0];
  const index = byte(at + 1);
  if (index < 16) return [{ index }, 2];
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [{ css: `rgb(${grey}, ${grey}, ${grey})` }, 2];
  }
  const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40);
  const place = index - 16;
  const parts = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map(level);
  return [{ css: `rgb(${parts.join(', ')})` }, 2];
}

function segment(text: string, style: Style, isMarked: boolean): Segment {
  const [foreground, background] = style.inverse
    ? [style.background, style.foreground]
    : [style.foreground, style.background];
  const classes = [
    nameOf(foreground, style.bold, 'fg') ??
      (style.inverse && !foreground ? 'ansi-default-inverse-fg' : null),
    nameOf(background, false, 'bg') ??
      (style.inverse && !background ? 'ansi-default-inverse-bg' : null),
    style.bold ? 'ansi-bold' : null,
    style.underline ? 'ansi-underline' : null,
    isMarked ? 'jp-chard-Log-match' : null
  ];
  return {
    text,
    className: classes.filter(Boolean).join(' '),
    color: cssOf(foreground),
    background: cssOf(background)
  };
}

/** As terminals do, bold text has the bright colour. */
function nameOf(colour: Colour | null, bold: boolean, place: 'fg' | 'bg'): string | null {
  if (colour === null || !('index' in colour)) return null;
  const intense = colour.index >= 8 || (bold && place === 'fg') ? '-intense' : '';
  return `ansi-${NAMES[colour.index % 8]!}${intense}-${place}`;
}

function cssOf(colour: Colour | null): string | null {
  return colour !== null && 'css' in colour ? colour.css : null;
}
