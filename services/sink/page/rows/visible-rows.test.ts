import { expect, test } from 'vitest';
import type { Row, Series } from '../types.d.ts';
import { rowOf, tumblingOf } from './row.fixture.ts';
import { countAfter, firstAtOrAfter, rowAt, visibleRows } from './visible-rows.js';

const series = (kind: string, rows: Row[], older: Row[] = []): Series => ({
  window: kind,
  kind,
  sizeMs: 10_000,
  rows,
  completeFromMs: rows[0]?.window_end ?? 0,
  older:
    older.length > 0
      ? { fromMs: 0, toMs: older.at(-1)!.window_end, rows: older, askedMs: 1, askAgainMs: null }
      : null,
});
const at = (...ends: number[]) => ends.map((window_end) => rowOf({ window_end }));
const ends = (rows: Row[]) => rows.map(({ window_end }) => window_end);

test('the first row at or after a time, for every place', () => {
  const rows = at(1, 2, 2, 5);
  expect([0, 1, 2, 3, 5, 6].map((endMs) => firstAtOrAfter(rows, endMs))).toEqual([0, 0, 1, 3, 3, 4]);
  expect(firstAtOrAfter([], 1)).toBe(0);
});

test('a sliding line has one row more on either side, so that it reaches the edges', () => {
  const line = series('sliding', at(1, 2, 3, 4, 5, 6));
  expect(ends(visibleRows(line, { fromMs: 3, toMs: 4 }))).toEqual([2, 3, 4, 5]);
  expect(ends(visibleRows(line, { fromMs: 0, toMs: 9 }))).toEqual([1, 2, 3, 4, 5, 6]);
});

test('windows that reach into the range are there, others are not', () => {
  const steps = series(
    'tumbling',
    [0, 1, 2, 3].map((minute) => tumblingOf(minute)),
  );
  expect(ends(visibleRows(steps, { fromMs: 90_000, toMs: 130_000 }))).toEqual([120_000, 180_000]);
});

test('older rows come first, and none twice', () => {
  const line = series('sliding', at(4, 5, 6), at(1, 2, 3, 4, 5));
  expect(ends(visibleRows(line, { fromMs: 2, toMs: 6 }))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(ends(visibleRows(line, { fromMs: 5, toMs: 6 }))).toEqual([4, 5, 6]);
});

test('a column that lies across the seam to the single rows ends there', () => {
  const columns = at(900, 1_900, 2_900).map((row) => ({ ...row, column_start: row.window_end - 900 }));
  const line = series('sliding', at(2_500, 2_600), columns);
  expect(ends(visibleRows(line, { fromMs: 0, toMs: 9_000 }))).toEqual([900, 1_900, 2_499, 2_500, 2_600]);
});

test('under the cursor: the newest result so far, unless its window has run empty since', () => {
  const line = series('sliding', at(10_000, 12_000));
  expect(rowAt(line, 9_999)).toBeUndefined();
  expect(rowAt(line, 11_999)?.window_end).toBe(10_000);
  expect(rowAt(line, 22_000)?.window_end).toBe(12_000);
  expect(rowAt(line, 22_001)).toBeUndefined();
  const steps = series('tumbling', [tumblingOf(0), tumblingOf(2)]);
  expect(rowAt(steps, 59_000)?.window_start).toBe(0);
  expect(rowAt(steps, 90_000)).toBeUndefined();
});

test('what is new since a time: windows that end after it, or begin after it', () => {
  const both = [
    series('sliding', at(1_000, 2_000, 3_000)),
    series('tumbling', [tumblingOf(0), tumblingOf(1)]),
  ];
  expect([0, 1_000, 2_500, 3_000].map((timeMs) => countAfter(both, timeMs).count)).toEqual([5, 3, 2, 1]);
  expect(countAfter(both, 60_000)).toEqual({ count: 1, isMore: false });
  const trimmed = both.map((one) => ({ ...one, completeFromMs: 2_000 }));
  expect(countAfter(trimmed, 1_000).isMore).toBe(true);
});
