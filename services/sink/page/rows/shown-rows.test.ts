import { expect, test } from 'vitest';
import { rowOf, tumblingOf } from './row.fixture.ts';
import { provisionalOf } from './shown-rows.js';
import { rowsSince } from './visible-rows.js';

const isSettled = ({ settled }: { settled: boolean }) => settled;
const ends = [10, 20, 30, 40];

test('a line that may change begins at the row before the first provisional one', () => {
  const rows = ends.map((window_end) => rowOf({ window_end, settled: window_end !== 30 }));
  expect(provisionalOf('sliding', rows, isSettled)).toEqual({ count: 1, fromMs: 20 });
  expect(provisionalOf('sliding', rows.slice(2), isSettled).fromMs).toBe(Number.NEGATIVE_INFINITY);
  expect(provisionalOf('sliding', rows.slice(0, 2), isSettled)).toEqual({
    count: 0,
    fromMs: Number.POSITIVE_INFINITY,
  });
});

test('a level that may change begins with its window', () => {
  const rows = [0, 1, 2].map((minute) => tumblingOf(minute, { settled: minute === 0 }));
  expect(provisionalOf('tumbling', rows, isSettled)).toEqual({ count: 2, fromMs: 60_000 });
});

test('rows since a time come with the one before', () => {
  const rows = ends.map((window_end) => rowOf({ window_end }));
  const since = (ms: number) => rowsSince(rows, ms).map((row) => row.window_end);
  expect(since(25)).toEqual([20, 30, 40]);
  expect(since(30)).toEqual([20, 30, 40]);
  expect(since(99)).toEqual([40]);
  expect(since(Number.NEGATIVE_INFINITY)).toEqual(ends);
});
