import { expect, test } from 'vitest';
import { markCorrected } from './corrections.js';
import { rowOf, tumblingOf } from './row.fixture.ts';

//  offset   0    1    2    3    4
//  time    10   20   30   15   80        the record at 15 s comes after the one at 30 s
test('a history tells which windows changed after a later one had begun', () => {
  const at = (second: number, revision: number, input_offset: number) =>
    rowOf({ window_end: second * 1_000, revision, input_offset });
  const sliding = [at(10, 1, 0), at(15, 1, 3), at(20, 2, 3), at(30, 1, 2), at(80, 1, 4)];
  const tumbling = [tumblingOf(0, { revision: 2, input_offset: 3 }), tumblingOf(1, { input_offset: 4 })];
  markCorrected([
    { kind: 'sliding', rows: sliding },
    { kind: 'tumbling', rows: tumbling },
  ]);
  // Sliding 20 was shown when the one that ends at 30 s began (offset 2), then changed (offset 3). The tumbling window
  // changed at offset 3 too, but nothing of the next minute had come by then.
  expect(sliding.map(({ corrected }) => corrected === true)).toEqual([false, false, true, false, false]);
  expect(tumbling.map(({ corrected }) => corrected === true)).toEqual([false, false]);
});

//  offset    0     1     2
//  time     59.0  60.5  59.5
test('a tumbling window whose last record came after one of the next minute was corrected', () => {
  const at = (window_end: number, revision: number, input_offset: number) =>
    rowOf({ window_end, revision, input_offset });
  const sliding = [at(59_000, 1, 0), at(59_500, 1, 2), at(60_500, 2, 2)];
  const tumbling = [tumblingOf(0, { revision: 3, input_offset: 2 }), tumblingOf(1, { input_offset: 1 })];
  markCorrected([
    { kind: 'sliding', rows: sliding },
    { kind: 'tumbling', rows: tumbling },
  ]);
  expect(tumbling.map(({ corrected }) => corrected === true)).toEqual([true, false]);
});

test('two records of one instant correct nothing', () => {
  const rows = [
    rowOf({ window_end: 5, revision: 2, input_offset: 1 }),
    rowOf({ window_end: 6, input_offset: 2 }),
  ];
  markCorrected([{ kind: 'sliding', rows }]);
  expect(rows.map(({ corrected }) => corrected === true)).toEqual([false, false]);
});

test('a tumbling window is corrected by a record behind the first of the next minute', () => {
  const sliding = [rowOf({ window_end: 60_000, input_offset: 7 })];
  const changed = tumblingOf(0, { revision: 5, input_offset: 9 });
  const unchanged = tumblingOf(0, { revision: 5, input_offset: 6 });
  const elsewhere = tumblingOf(0, { revision: 5, input_offset: 9, partition: 1 });
  markCorrected([
    { kind: 'sliding', rows: sliding },
    { kind: 'tumbling', rows: [changed, unchanged, elsewhere] },
  ]);
  expect([changed, unchanged, elsewhere].map(({ corrected }) => corrected === true)).toEqual([
    true,
    false,
    false,
  ]);
});
