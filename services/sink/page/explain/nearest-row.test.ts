import { expect, test } from 'vitest';
import { rowOf, tumblingOf } from '../rows/row.fixture.ts';
import { nearestInTime, nearestRow } from './nearest-row.js';

// One pixel is a second, and one unit of the price ten; y grows downwards from 100.
const scales = {
  timeAt: (x: number) => x * 1_000,
  xOf: (timeMs: number) => timeMs / 1_000,
  yOf: (average: number) => (100 - average) * 10,
};
const line = {
  kind: 'sliding',
  rows: [100, 110, 200].map((s) => rowOf({ window_end: s * 1_000, average: 90 })),
};
const levels = { kind: 'tumbling', rows: [1, 3].map((minute) => tumblingOf(minute, { average: 80 })) };

//  y 100  ······● ●············●     line: 100 s, 110 s, 200 s
//  y 200  ──────────      ─────────  levels: minutes 1 and 3
test.each([
  ['on a point', 100, 100, 100_000],
  ['nearer to the next point', 106, 100, 110_000],
  ['beside the line, as far as a fingertip', 130, 90, 110_000],
  ['in a gap of the line, too far from both', 150, 100, undefined],
  ['on the level, though the line is above', 100, 190, 120_000],
  ['nearer to the line than to the level', 100, 140, 100_000],
  ['in a gap of both', 140, 210, undefined],
])('%s', (_where, x, y, endMs) => {
  expect(nearestRow([line, levels], { x, y }, scales)?.window_end).toBe(endMs);
});

test('nearest in time is either neighbour; of none there is none', () => {
  expect(nearestInTime(line.rows, 0)?.window_end).toBe(100_000);
  expect(nearestInTime(line.rows, 105_001)?.window_end).toBe(110_000);
  expect(nearestInTime(line.rows, 999_000)?.window_end).toBe(200_000);
  expect(nearestInTime([], 5)).toBeUndefined();
});
