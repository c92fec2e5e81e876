import { PassThrough } from 'node:stream';
import { duration, oneLine, processTerminal, table, utc } from './terminal';

it.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [119_600, '2 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_599_800, '1 h 0 min'],
  [3_725_000, '1 h 2 min']
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it('tells the time in UTC', () => {
  expect(utc(Date.UTC(2026, 0, 31, 9, 15, 7, 900))).toBe('2026-01-31 09:15:07');
});

describe('a table', () => {
  it('has columns as wide as their widest cell, and no blanks at the end', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['long', '', '']
      ])
    ).toBe('a     bb  c\nlong\n');
  });

  it('counts neither colours nor wide letters wrongly', () => {
    expect(
      table([
        ['\u001b[32m✓\u001b[39m', 'x'],
        ['数据', 'y']
      ])
    ).toBe('\u001b[32m✓\u001b[39m     x\n数据  y\n');
  });

  it('of no rows is nothing', () => {
    expect(table([])).toBe('');
  });
});

it("makes one line of somebody else's text, with nothing that moves the cursor", () => {
  expect(oneLine('bad\u001b[2J \u001b[31mrate\u001b[0m\n  of\tx\u0007\r\n')).toBe(
    'bad rate of x\ufffd'
  );
});

describe('the terminal of a process', () => {
  const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY, columns: 120 });

  it('colours each stream by what it is', () => {
    const { paint, live, columns } = processTerminal(stream(false), stream(true), {});
    expect(paint.out('red', 'text')).toBe('text');
    expect(paint.err('red', 'text')).toBe('\u001b[31mtext\u001b[39m');
    expect([live, columns]).toEqual([true, 120]);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('shows no colours with %j', environment => {
    const { paint } = processTerminal(stream(true), stream(true), environment);
    expect(paint.err('red', 'text')).toBe('text');
  });

  it('is as wide as it is made meanwhile', () => {
    const stderr = stream(true);
    const terminal = processTerminal(stream(true), stderr, {});
    stderr.columns = 50;
    expect(terminal.columns).toBe(50);
  });

  it('has a size even where nobody has set one', () => {
    const unsized = Object.assign(stream(true), { columns: 0, rows: 0 });
    expect(processTerminal(stream(true), unsized, {})).toMatchObject({ columns: 80, rows: 24 });
  });

  it('draws over no lines of a dumb terminal or a file', () => {
    expect(processTerminal(stream(true), stream(true), { TERM: 'dumb' }).live).toBe(false);
    expect(processTerminal(stream(true), stream(false), {}).live).toBe(false);
  });
});
