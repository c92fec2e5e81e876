import { styleText } from 'node:util';
import type { Writable } from 'node:stream';
import { plainText } from '@chard/core/text';

export type Style = Parameters<typeof styleText>[0];

/** Where a command writes: results on `out`, all else on `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Colours `text` where `err` (for `out`: where `out`) shows colours. */
  readonly paint: {
    out(style: Style, text: string): string;
    err(style: Style, text: string): string;
  };
  /** True where `err` is a terminal whose lines can be drawn over. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
}

type Stream = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** The terminal of a process. `NO_COLOR` and `TERM=dumb` are honoured. */
export function processTerminal(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  environment: NodeJS.ProcessEnv = process.env
): Terminal {
  const plain = Boolean(environment['NO_COLOR']) || environment['TERM'] === 'dumb';
  const painter = (stream: Stream) => (style: Style, text: string) =>
    stream.isTTY && !plain ? styleText(style, text, { validateStream: false }) : text;
  return {
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    paint: { out: painter(stdout), err: painter(stderr) },
    live: Boolean(stderr.isTTY) && environment['TERM'] !== 'dumb',
    // As it is now: a person changes it. A pseudo-terminal whose size nobody has set says 0.
    get columns() {
      return stderr.columns || 80;
    },
    get rows() {
      return stderr.rows || 24;
    }
  };
}

/** `1.2 s`, `340 ms`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) {
    return `${Math.round(milliseconds)} ms`;
  }
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `2026-01-31 09:15:00`, of milliseconds since 1970. */
export function utc(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Lays out rows in columns two blanks apart; the last column is as long as it likes. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  return rows
    .map(row =>
      row
        .map((cell, column) =>
          column === row.length - 1
            ? cell
            : cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell))
        )
        .join('  ')
        .trimEnd()
    )
    .map(line => `${line}\n`)
    .join('');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
/** Accents and the like, which stand on the letter before them. */
const COMBINING = /\p{M}|\u200d/u;

/** How many columns a terminal gives to a character. */
export function characterWidth(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns a terminal gives to a text. Colours have none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of plainText(text)) width += characterWidth(character);
  return width;
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** A text of somebody else's as one line: without colours, and without what would move the cursor. */
export function oneLine(text: string): string {
  return plainText(text)
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll('\t', ' ')
    .replaceAll(CONTROL, '\ufffd')
    .trim();
}
