import { ESCAPE_SEQUENCE } from '@chard/core/text';
import { characterWidth, displayWidth, type Terminal } from './terminal';

/** The last lines of a terminal, drawn over each time. */
export class LiveLines {
  private drawn = 0;

  constructor(private readonly terminal: Terminal) {}

  draw(lines: readonly string[]): void {
    // Where the person has made it narrower or wider, from the next time on.
    const { columns } = this.terminal;
    const shown = lines.map(line => clip(line, columns - 1));
    this.terminal.err(upAndClear(this.drawn) + shown.map(line => `${line}\n`).join(''));
    this.drawn = shown.length;
  }
}

/** From the line's beginning: the terminal writes "^C" where it stands. */
function upAndClear(lines: number): string {
  return lines > 0 ? `\r\u001b[${lines}A\u001b[J` : '';
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
