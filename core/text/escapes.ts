import { z } from 'zod';

/**
 * An escape sequence of a terminal (ECMA-48): a control sequence with its parameters and final character as groups, an
 * operating system command such as a link, or a two-character escape. Stateless use only: `matchAll`, `replace`.
 */
export const ESCAPE_SEQUENCE =
  // eslint-disable-next-line no-control-regex -- the escape character is what a sequence begins with
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** The beginning of an escape sequence with which a text breaks off; empty where it does not. */
export function brokenSequence(text: string): string {
  const at = text.lastIndexOf('\u001b');
  // eslint-disable-next-line no-control-regex -- the escape character is what a sequence begins with
  return at >= 0 && /^\u001b(?:\[[0-?]*[ -/]*)?$/.test(text.slice(at)) ? text.slice(at) : '';
}

/** A text without any escape sequence. */
export function plainText(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPE_SEQUENCE, '') : text;
}

/** A colour of a terminal: one of the theme's sixteen, or any. */
const TextColour = z.union([
  z.object({ index: z.int().min(0).max(15) }),
  z.object({ css: z.string() })
]);
export type TextColour = z.infer<typeof TextColour>;

/** How text looks that a terminal prints. */
export const TextStyle = z.object({
  foreground: TextColour.nullable(),
  background: TextColour.nullable(),
  bold: z.boolean(),
  underline: z.boolean(),
  inverse: z.boolean()
});
export type TextStyle = Readonly<z.infer<typeof TextStyle>>;

export const PLAIN_STYLE: TextStyle = {
  foreground: null,
  background: null,
  bold: false,
  underline: false,
  inverse: false
};

export function isPlain({ foreground, background, bold, underline, inverse }: TextStyle): boolean {
  return foreground === null && background === null && !bold && !underline && !inverse;
}

/** The look after a colour sequence (SGR) with these parameters: `1;31`. Parameters that are not known change nothing. */
export function styleAfterSgr(style: TextStyle, parameters: string): TextStyle {
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

/** The look of what follows a text that begins with a look. */
export function styleAfter(style: TextStyle, text: string): TextStyle {
  if (!text.includes('\u001b')) return style;
  let next = style;
  for (const [, parameters, final] of text.matchAll(ESCAPE_SEQUENCE)) {
    if (final === 'm') next = styleAfterSgr(next, parameters!);
  }
  return next;
}

function change(code: number): Partial<TextStyle> {
  if (code === 0) return PLAIN_STYLE;
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
function extended(codes: readonly number[], at: number): [TextColour | null, number] {
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
