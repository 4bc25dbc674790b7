import { expect, test } from 'vitest';
import { rowOf } from '../rows/row.fixture.ts';
import { averageExtent, isGap, runsOf } from './line-layer.js';

const isSettled = ({ settled }: { settled: boolean }) => settled;
const rows = (...settled: boolean[]) =>
  settled.map((value, index) => rowOf({ window_end: index, settled: value }));
const runs = (...settled: boolean[]) =>
  runsOf(rows(...settled), isSettled).map((run) => [run.isSettled, ...run.rows.map((row) => row.window_end)]);

test('the provisional line begins at the last settled point', () => {
  expect(runs(true, true, false, false)).toEqual([
    [true, 0, 1],
    [false, 1, 2, 3],
  ]);
});

test('provisional points between settled ones join on either side', () => {
  expect(runs(true, false, true, true)).toEqual([
    [true, 0],
    [false, 0, 1, 2],
    [true, 2, 3],
  ]);
  expect(runs(false, true)).toEqual([
    [false, 0, 1],
    [true, 1],
  ]);
  expect(runs()).toEqual([]);
});

test('a gap is where no window of that length could have held anything', () => {
  const at = (window_end: number) => rowOf({ window_end });
  expect(isGap(at(20_000), at(10_000))).toBe(false);
  expect(isGap(at(20_001), at(10_000))).toBe(true);
});

test('a column counts with its extremes', () => {
  const column = rowOf({ average: 5, lowest: 1, highest: 9 });
  expect(averageExtent([rowOf({ average: 3 }), column])).toEqual([1, 9]);
  expect(averageExtent([])).toBeNull();
});
