import type { LogLine } from '@chard/core/protocol/api';
import { LogPages, PAGE } from './logPages';

const line = (number: number, text = `line ${number}`): LogLine => ({
  line: number,
  step: 'a',
  attempt: 1,
  cell: 0,
  stream: 'stdout',
  time: 0,
  text,
  cut: 0
});
const lines = (from: number, count: number): LogLine[] =>
  Array.from({ length: count }, (_, at) => line(from + at));

it('asks for the pages that hold something unread, and for nothing beyond the end', () => {
  const pages = new LogPages();
  pages.take({ total: 1200, lines: lines(1000, 200) });
  expect(pages.missing(1000, 1200)).toEqual([]);
  expect(pages.missing(990, 1300)).toEqual([500]);
  expect(pages.missing(0, 1200)).toEqual([0, 500]);
  pages.take({ total: 1200, lines: lines(500, PAGE) });
  expect(pages.missing(500, 1200)).toEqual([]);
});

it('replaces a line that was still being written, and never gets shorter', () => {
  const pages = new LogPages();
  pages.take({ total: 3, lines: [line(2, 'ha')] });
  pages.take({ total: 2, lines: [] });
  pages.take({ total: 3, lines: [line(2, 'half')] });
  expect(pages.total).toBe(3);
  expect(pages.line(2)?.text).toBe('half');
  expect(pages.line(0)).toBeUndefined();
});

it('forgets what was used longest ago', () => {
  const pages = new LogPages();
  for (let page = 0; page < 100; page++) {
    pages.take({ total: 100 * PAGE, lines: lines(page * PAGE, PAGE) });
  }
  expect(pages.missing(0, PAGE)).toEqual([0]);
  expect(pages.missing(99 * PAGE, 100 * PAGE)).toEqual([]);
  expect(pages.line(100 * PAGE - 1)?.text).toBe(`line ${100 * PAGE - 1}`);
});
