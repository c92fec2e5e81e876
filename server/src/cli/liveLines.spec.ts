import { clip, LiveLines } from './liveLines';
import { displayWidth } from './terminal';

const RED = '\u001b[31m';
const END = '\u001b[39m';

describe('a line that would wrap', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly so', 10, 'exactly so'],
    ['rather longer', 10, 'rather lo…'],
    ['日本語の関数', 7, '日本語…'],
    ['日本語の関数', 8, '日本語…'],
    ['e\u0301e\u0301e\u0301', 3, 'e\u0301e\u0301e\u0301'],
    [`${RED}red and long${END}`, 6, `${RED}red a…${END}`]
  ])('is cut by what a terminal gives to its letters: %j at %d', (line, width, shown) => {
    expect(clip(line, width)).toBe(shown);
    expect(displayWidth(shown)).toBeLessThanOrEqual(width);
  });
});

it('goes over its lines from their beginning, as a terminal that was made narrower or wider shows them now', () => {
  const written: string[] = [];
  const terminal = {
    out: () => undefined,
    err: (text: string) => void written.push(text),
    paint: { out: (_: unknown, text: string) => text, err: (_: unknown, text: string) => text },
    live: true,
    columns: 80,
    rows: 24
  };
  const lines = new LiveLines(terminal);
  lines.draw(['one', `${RED}a second line${END}`, '', '日本語の関数']);
  // The second line takes two rows now, and so does the last.
  terminal.columns = 9;
  lines.draw(['a second line']);
  terminal.columns = 80;
  lines.draw([]);
  expect(written.slice(1)).toEqual(['\r\u001b[6A\u001b[Ja secon…\n', '\r\u001b[1A\u001b[J']);
});
