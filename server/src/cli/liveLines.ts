import { ESCAPE_SEQUENCE, plainText } from '@chard/core/text';
import { characterWidth, displayWidth, type Terminal } from './terminal';

/** The last lines of a terminal, drawn over each time. */
export class LiveLines {
  private drawn: readonly string[] = [];

  constructor(private readonly terminal: Terminal) {}

  draw(lines: readonly string[]): void {
    const { columns } = this.terminal;
    // Where the person has made it narrower, it has wrapped what stands there.
    const rows = this.drawn.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    this.drawn = lines.map(line => clip(line, columns - 1));
    this.terminal.err(upAndClear(rows) + this.drawn.map(line => `${line}\n`).join(''));
  }
}

/** From the line's beginning: the terminal writes "^C" where it stands. */
function upAndClear(rows: number): string {
  return rows > 0 ? `\r\u001b[${rows}A\u001b[J` : '';
}

/** How many rows a terminal of so many columns gives to a line. */
function rowsOf(line: string, columns: number): number {
  let rows = 1;
  let taken = 0;
  for (const character of plainText(line)) {
    const width = characterWidth(character);
    if (taken + width > columns) {
      rows += 1;
      taken = 0;
    }
    taken += width;
  }
  return rows;
}

/** Cuts a line that would wrap: a wrapped line cannot be drawn over. Colours do not count. */
export function clip(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  let room = width - 1;
  let kept = '';
  let isCut = false;
  const keep = (text: string): void => {
    for (const character of text) {
      if (isCut) return;
      const taken = characterWidth(character);
      if (taken > room) {
        isCut = true;
        kept += '…';
        return;
      }
      room -= taken;
      kept += character;
    }
  };
  let at = 0;
  for (const { 0: sequence, index } of line.matchAll(ESCAPE_SEQUENCE)) {
    keep(line.slice(at, index));
    kept += sequence;
    at = index + sequence.length;
  }
  keep(line.slice(at));
  return kept;
}
