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

it('goes over its lines from their beginning, as wide as the terminal is now', () => {
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
  lines.draw(['one', 'a second line']);
  terminal.columns = 9;
  lines.draw(['a second line']);
  expect(written).toEqual(['one\na second line\n', '\r\u001b[2A\u001b[Ja secon…\n']);
});
