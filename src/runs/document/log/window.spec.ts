import * as fc from 'fast-check';
import { logWindow, rowAt, scrollTopOf, TALLEST, windowRows } from './window';

const sizes = fc.record({
  total: fc.integer({ min: 0, max: 3_000_000 }),
  rowHeight: fc.constantFrom(16, 18, 36),
  viewHeight: fc.integer({ min: 0, max: 2000 })
});

it('draws the rows that are seen and a few around, however many there are', () => {
  fc.assert(
    fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), (size, share) => {
      const { total, rowHeight, viewHeight } = size;
      const height = Math.min(TALLEST, total * rowHeight);
      const scrollTop = share * Math.max(0, height - viewHeight);
      const shown = logWindow({ ...size, scrollTop });
      expect(shown.height).toBe(height);
      expect(shown.to - shown.from).toBeLessThanOrEqual(viewHeight / rowHeight + 27);
      // What is drawn covers the view, or all that there is.
      const top = shown.offset - scrollTop;
      const bottom = top + (shown.to - shown.from) * rowHeight;
      expect(top).toBeLessThanOrEqual(0.001);
      expect(bottom).toBeGreaterThanOrEqual(Math.min(viewHeight, total * rowHeight) - 0.001);
    })
  );
});

it('comes to the row that was asked for', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), (size, wanted) => {
      const { total, rowHeight, viewHeight } = size;
      const row = total === 0 ? 0 : wanted % total;
      const scrollTop = scrollTopOf(row, size);
      const last = Math.max(0, total - viewHeight / rowHeight);
      expect(rowAt({ ...size, scrollTop })).toBeCloseTo(Math.min(row, last), 3);
    })
  );
});

it('never draws more rows than a window has, so that each can have a slot of its own', () => {
  const rowHeight = 28;
  for (const viewHeight of [28, 336, 500]) {
    for (let scrollTop = 0; scrollTop < 9000; scrollTop += 101) {
      const { from, to } = logWindow({ total: 300, rowHeight, scrollTop, viewHeight });
      expect(to - from).toBeLessThanOrEqual(windowRows(viewHeight, rowHeight));
    }
  }
});
