import { expect, test } from 'vitest';
import { priceRange } from './price-range.js';

const rangeOf = (...extents: ([number, number] | null)[]) =>
  priceRange(extents.map((extent) => ({ extent })));

test('all that is drawn fits, with air above and below', () => {
  for (const [low, high] of [
    [99, 101],
    [-3, 1e6],
    [1e-9, 3e-9],
  ] as const) {
    const [bottom, top] = rangeOf([low, (low + high) / 2], null, [low, high]);
    const span = high - low;
    expect((low - bottom) / span).toBeGreaterThan(0.08);
    expect((low - bottom) / span).toBeLessThan(0.16);
    expect((top - high) / span).toBeGreaterThan(0.08);
    expect((top - high) / span).toBeLessThan(0.16);
  }
});

test('a flat line lies in the middle, and nothing has a range too', () => {
  expect(rangeOf([50, 50])).toEqual([49.95, 50.05]);
  expect(rangeOf([0, 0])).toEqual([-1, 1]);
  expect(rangeOf(null)).toEqual([0, 1]);
});

test('a line that rises by little moves the range now and then', () => {
  const ranges = new Set<string>();
  for (let high = 110; high < 111; high += 0.001) ranges.add(rangeOf([100, high]).join());
  expect(ranges.size).toBeLessThanOrEqual(4);
});
