import { expect, test } from 'vitest';
import { rowOf, storeOf, tumblingOf } from './row.fixture.ts';
import { ROWS_MAX, RowStore } from './store.js';

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

test('rows are bounded: the oldest go, in lots, and the series says from where on it is complete', () => {
  const store = storeOf();
  for (let index = 0; index < 3 * ROWS_MAX; index += 1) {
    store.put(rowOf({ window_end: index }));
    expect(store.size).toBeLessThan(ROWS_MAX + 600);
  }
  const [series] = store.series();
  expect(series!.rows.length).toBeGreaterThanOrEqual(ROWS_MAX);
  expect(ends(store).at(-1)).toBe(3 * ROWS_MAX - 1);
  expect(series!.completeFromMs).toBe(ends(store)[0]);
  expect(store.size).toBe(series!.rows.length);
  // One that was let go does not come back out of place.
  store.put(rowOf({ window_end: 0, revision: 2 }));
  expect(ends(store)[0]).not.toBe(0);
});

test('the newest rows that the server has replace older ones they may not join up with', () => {
  const store = storeOf({ window_end: 1 }, { window_end: 2 }, { window_end: 9 });
  const rows = [7, 8, 9].map((window_end) => rowOf({ window_end }));
  store.putNewest('sliding-10s', rows, false);
  expect(ends(store)).toEqual([7, 8, 9]);
  expect(store.series()[0]!.completeFromMs).toBe(7);
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

test('a window is corrected when it changes after a later one has come, and stays so', () => {
  const store = new RowStore();
  const tumbling = () => store.series()[0]!.rows.map(({ corrected }) => corrected === true);
  store.put(tumblingOf(0, { average: 1 }));
  store.put(tumblingOf(0, { average: 2, revision: 2 }));
  store.put(tumblingOf(1));
  expect(tumbling()).toEqual([false, false]);
  store.put(tumblingOf(0, { average: 3, revision: 3 }));
  expect(tumbling()).toEqual([true, false]);
  store.put(tumblingOf(0, { average: 3, revision: 4, is_final: true }));
  expect(tumbling()).toEqual([true, false]);
});

test('a final result that says the same again corrects nothing', () => {
  const store = new RowStore();
  store.put(tumblingOf(0));
  store.put(tumblingOf(1));
  store.put(tumblingOf(0, { revision: 2, is_final: true }));
  expect(store.series()[0]!.rows[0]!.corrected).toBe(false);
});
