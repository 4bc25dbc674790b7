import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sparkPath } from './sparkline.js';
import { ROW_HEIGHT_PX, TILES_MAX, wallLayout } from './wall-layout.js';

test('every tile in sight is asked for, in whole rows, and never more than the API gives', () => {
  const size = fc.record({
    widthPx: fc.integer({ min: 0, max: 1_900 }),
    heightPx: fc.integer({ min: 0, max: 1_000 }),
    total: fc.nat(20_000),
    scrolled: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(size, ({ widthPx, heightPx, total, scrolled }) => {
      const whole = wallLayout({ widthPx, heightPx, scrollPx: 0, total });
      const scrollPx = Math.max(0, whole.heightPx - heightPx) * scrolled;
      const { columns, first, count } = wallLayout({ widthPx, heightPx, scrollPx, total });
      expect(first % columns).toBe(0);
      expect(count).toBeLessThanOrEqual(TILES_MAX);
      const top = Math.floor(scrollPx / ROW_HEIGHT_PX) * columns;
      const bottom = Math.min(total, Math.ceil((scrollPx + heightPx) / ROW_HEIGHT_PX) * columns);
      if (total > 0) expect(first).toBeLessThanOrEqual(Math.min(top, total - 1));
      expect(first + count).toBeGreaterThanOrEqual(bottom);
    }),
  );
});

test('the line breaks where nothing came, and a flat one lies in the middle', () => {
  const path = (points: [number, number][]) => sparkPath(points, { fromMs: 0, toMs: 100, gapMs: 20 });
  expect(
    path([
      [0, 5],
      [20, 10],
      [60, 0],
      [80, 5],
    ]),
  ).toBe('M0.0 15.0h0.5L20.0 0.0M60.0 30.0h0.5L80.0 15.0');
  expect(path([[50, 7]])).toBe('M50.0 15.0h0.5');
  expect(path([])).toBe('');
});
