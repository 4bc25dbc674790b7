import { expect, test } from 'vitest';
import { moveTo, panned, timeRange, zoomed } from './time-range.js';
import { readView } from './url-state.js';

const NOW = 1_700_000_000_000;
const known = { oldestMs: NOW - 3_600_000, newestMs: NOW, nowMs: NOW + 9 };
const rangeOf = (search: string) => timeRange(readView(search), known);

test('a preset ends a little past the newest point', () => {
  expect(rangeOf('?range=5m')).toEqual({ fromMs: NOW - 291_000, toMs: NOW + 9_000 });
  expect(timeRange(readView('?range=1m'), { ...known, newestMs: undefined }).toMs).toBe(NOW + 9 + 1_800);
});

test('a stopped picture ends where it was stopped, a fixed one is as it was named', () => {
  expect(rangeOf(`?range=1m&paused=${NOW - 60_000}`).toMs).toBe(NOW - 60_000 + 1_800);
  expect(rangeOf('?from=5&to=9')).toEqual({ fromMs: 5, toMs: 9 });
});

test('while it follows it moves by whole pixels, never ending before it would; what stands still does not', () => {
  const view = readView('?range=5m');
  const at = (newestMs: number) => timeRange(view, { ...known, newestMs }, 1_000);
  const ends = new Set<number>();
  for (let ms = 0; ms < 3_000; ms += 7) {
    const { fromMs, toMs } = at(NOW + ms);
    expect(toMs - fromMs).toBe(300_000);
    expect(toMs - (NOW + ms + 9_000)).toBeGreaterThanOrEqual(0);
    expect(toMs - (NOW + ms + 9_000)).toBeLessThan(300);
    ends.add(toMs);
  }
  expect(ends.size).toBeLessThanOrEqual(11);
  expect(timeRange({ ...view, pausedMs: NOW + 7 }, known, 1_000).toMs).toBe(NOW + 9_007);
});

test('all begins before the oldest point', () => {
  const { fromMs, toMs } = rangeOf('?range=all');
  expect(fromMs).toBeLessThan(known.oldestMs);
  expect(fromMs).toBeGreaterThan(known.oldestMs - 300_000);
  expect(toMs).toBeGreaterThan(NOW);
  const nothing = timeRange(readView('?range=all'), { oldestMs: undefined, newestMs: undefined, nowMs: NOW });
  expect(nothing.toMs - nothing.fromMs).toBe(1_000);
});

test('zooming keeps the time that it is about where it is, within limits', () => {
  expect(zoomed({ fromMs: 100_000, toMs: 200_000 }, 0.5, 150_000)).toEqual({
    fromMs: 125_000,
    toMs: 175_000,
  });
  expect(zoomed({ fromMs: 100_000, toMs: 200_000 }, 2, 200_000)).toEqual({ fromMs: 0, toMs: 200_000 });
  const nearest = zoomed({ fromMs: 100_000, toMs: 101_000 }, 0.01, 100_500);
  expect(nearest.toMs - nearest.fromMs).toBe(1_000);
});

test('nothing is before the epoch', () => {
  expect(panned({ fromMs: 10, toMs: 20 }, -50)).toEqual({ fromMs: 0, toMs: 10 });
});

test('moving past the newest point follows again, unless the picture was stopped', () => {
  const view = readView('');
  const past = { fromMs: NOW - 90_000, toMs: NOW + 10_000 };
  expect(moveTo(view, past, NOW)).toEqual({ fixed: null, spanMs: 100_000 });
  expect(moveTo({ ...view, pausedMs: NOW }, past, NOW)).toEqual({ fixed: past });
  const before = { fromMs: NOW - 90_000, toMs: NOW };
  expect(moveTo(view, before, NOW)).toEqual({ fixed: before });
  expect(moveTo(view, before, undefined)).toEqual({ fixed: before });
});

test('zooming at the newest point goes on following, whatever is rounded', () => {
  const view = readView('?range=7m');
  let range = timeRange(view, known);
  for (let step = 0; step < 40; step += 1) {
    range = zoomed(range, step % 3 === 0 ? 1.37 : 0.91, NOW);
    expect(moveTo(view, range, NOW).fixed).toBeNull();
  }
});
