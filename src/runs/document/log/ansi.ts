import {
  ESCAPE_SEQUENCE,
  PLAIN_STYLE,
  styleAfterSgr,
  type TextColour,
  type TextStyle
} from '@chard/core/text';

/** A stretch of a line that looks the same throughout. */
export interface Segment {
  readonly text: string;
  /** JupyterLab's classes for the colours of a terminal. */
  readonly className: string;
  /** Colours outside of the sixteen that a theme has. */
  readonly color: string | null;
  readonly background: string | null;
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * A line's text as stretches, each with the look that its colour sequences (SGR of ECMA-48) give it. Other sequences are left
 * out. `marks` are stretches of the text, sequences included, that get the class `jp-chard-Log-match`; `begin` is the look
 * that the lines above leave.
 */
export function ansiSegments(
  text: string,
  marks: readonly (readonly [number, number])[] = [],
  begin: TextStyle = PLAIN_STYLE
): Segment[] {
  const segments: Segment[] = [];
  let style = begin;
  let at = 0;
  const add = (end: number): void => {
    for (const [from, to, isMarked] of cut(at, end, marks)) {
      if (from < to) segments.push(segment(text.slice(from, to), style, isMarked));
    }
  };
  for (const match of text.matchAll(ESCAPE_SEQUENCE)) {
    add(match.index);
    if (match[2] === 'm') style = styleAfterSgr(style, match[1]!);
    at = match.index + match[0].length;
  }
  add(text.length);
  return segments;
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

function segment(text: string, style: TextStyle, isMarked: boolean): Segment {
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
function nameOf(colour: TextColour | null, bold: boolean, place: 'fg' | 'bg'): string | null {
  if (colour === null || !('index' in colour)) return null;
  const intense = colour.index >= 8 || (bold && place === 'fg') ? '-intense' : '';
  return `ansi-${NAMES[colour.index % 8]!}${intense}-${place}`;
}

function cssOf(colour: TextColour | null): string | null {
  return colour !== null && 'css' in colour ? colour.css : null;
}
