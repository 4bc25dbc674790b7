import { expect, test } from 'vitest';
import { lineOf } from './chart/lines.js';
import { POINTS_MAX, RowStore } from './store.js';
import type { Row, Series } from './types.d.ts';

function rowOf(fields: Partial<Row> = {}): Row {
  return {
    symbol: 'ACME',
    window: 'sliding-10s',
    window_start: 0,
    window_end: 10_000,
    average: 1,
    record_count: 1,
    revision: 1,
    is_final: false,
    input_offset: 0,
    partition: 0,
    settled: false,
    ...fields,
  };
}

function storeOf(...rows: Partial<Row>[]): RowStore {
  const store = new RowStore();
  store.define([{ window: 'sliding-10s', kind: 'sliding' }], 5_000);
  for (const row of rows) store.put(rowOf(row));
  return store;
}

const ends = (store: RowStore) => store.series()[0]!.rows.map((row) => row.window_end);

test('history and stream may bring the same row in any order: the newest revision stays', () => {
  const store = storeOf(
    { revision: 2, average: 2 },
    { revision: 1, average: 1 },
    { revision: 2, average: 9 },
  );
  expect(store.series()[0]!.rows.map((row) => row.average)).toEqual([2]);
  store.put(rowOf({ revision: 3, average: 3 }));
  expect(store.series()[0]!.rows.map((row) => row.average)).toEqual([3]);
});

test('a late row finds its place', () => {
  expect(
    ends(storeOf({ window_end: 30 }, { window_end: 10 }, { window_end: 20 }, { window_end: 40 })),
  ).toEqual([10, 20, 30, 40]);
});

test('points are bounded: the oldest go', () => {
  const rows = Array.from({ length: POINTS_MAX + 5 }, (_, index) => ({ window_end: index }));
  const store = storeOf(...rows);
  expect(ends(store)).toHaveLength(POINTS_MAX);
  expect(ends(store)[0]).toBe(5);
  expect(store.size).toBe(POINTS_MAX);
});

test('a row settles when the watermark has passed its end and grace, final ones at once', () => {
  const store = storeOf({ window_end: 10_000 }, { window_end: 20_000 });
  const [first, second] = store.series()[0]!.rows;
  expect([store.isSettled(first!), store.isSettled(second!)]).toEqual([true, false]);
  store.passed(0, 25_000);
  expect(store.isSettled(second!)).toBe(false);
  store.passed(1, 99_000); // another partition
  expect(store.isSettled(second!)).toBe(false);
  store.passed(0, 25_001);
  expect(store.isSettled(second!)).toBe(true);
  expect(store.isSettled(rowOf({ window_end: 99_000, is_final: true }))).toBe(true);
});

test('nothing settles while the grace is not known', () => {
  const store = new RowStore();
  store.put(rowOf());
  store.passed(0, 1e15);
  expect(store.isSettled(rowOf())).toBe(false);
});

test('the provisional line begins at the last settled point', () => {
  const store = storeOf(...[1, 2, 8, 9].map((second) => ({ window_end: second * 1_000, average: second })));
  const line = lineOf(store.series()[0] as Series, store, 0);
  expect(line).toEqual({
    xs: [1_000, 2_000, 8_000, 9_000],
    settled: [1, 2, null, null],
    provisional: [null, 2, 8, 9],
    provisionalCount: 2,
  });
});

test('one point before the left edge is kept, so that the line reaches it', () => {
  const store = storeOf({ window_end: 1 }, { window_end: 2 }, { window_end: 3 });
  expect(lineOf(store.series()[0] as Series, store, 3).xs).toEqual([2, 3]);
});
