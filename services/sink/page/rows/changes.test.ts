import { expect, test } from 'vitest';
import { rowOf, storeOf, tumblingOf } from './row.fixture.ts';

test('a new row changes what lies behind the row before it: the line comes from there', () => {
  const { store, changedFrom } = known({ window_end: 10 }, { window_end: 20 }, { window_end: 30 });
  store.put(rowOf({ window_end: 40 }));
  expect(changedFrom()).toBe(30);
  store.put(rowOf({ window_end: 25 }));
  store.put(rowOf({ window_end: 50 }));
  expect(changedFrom()).toBe(20);
  expect(changedFrom()).toBe(Number.POSITIVE_INFINITY);
});

test('a corrected row changes what lies behind the row before it, an older revision nothing', () => {
  const { store, changedFrom } = known(
    { window_end: 10 },
    { window_end: 20, revision: 2 },
    { window_end: 30 },
  );
  const { count } = store.changes;
  store.put(rowOf({ window_end: 20, revision: 1 }));
  expect(changedFrom()).toBe(Number.POSITIVE_INFINITY);
  expect(store.changes.count).toBe(count);
  store.put(rowOf({ window_end: 20, revision: 3 }));
  expect(changedFrom()).toBe(10);
  expect(store.changes.count).toBeGreaterThan(count);
});

test('a level changes from its beginning on, or from the end of the level that it joins', () => {
  const { store, changedFrom } = known();
  for (const minute of [0, 1, 2]) store.put(tumblingOf(minute));
  changedFrom();
  store.put(tumblingOf(2, { revision: 2 }));
  expect(changedFrom()).toBe(120_000);
  store.put(tumblingOf(5));
  expect(changedFrom()).toBe(180_000);
});

test('time that passes settles rows, and changes no settled one', () => {
  const { store, changedFrom } = known({ window_end: 10 });
  const { count } = store.changes;
  store.passed(0, 99_000);
  expect(store.changes.count).toBeGreaterThan(count);
  store.passed(0, 98_000);
  expect(store.changes.count).toBe(count + 1);
  expect(changedFrom()).toBe(Number.POSITIVE_INFINITY);
});

test('older rows, other definitions and an emptied store change everything', () => {
  const { store, changedFrom } = known({ window_end: 10 });
  store.setOlder('sliding-10s', { fromMs: 0, toMs: 9, rows: [], askedMs: 1, askAgainMs: null });
  expect(changedFrom()).toBe(Number.NEGATIVE_INFINITY);
  store.define([{ window: 'sliding-10s', kind: 'sliding' }], 1_000);
  expect(changedFrom()).toBe(Number.NEGATIVE_INFINITY);
  store.clear();
  expect(changedFrom()).toBe(Number.NEGATIVE_INFINITY);
});

/** A store whose rows somebody has looked at. */
function known(...rows: Parameters<typeof storeOf>) {
  const store = storeOf(...rows);
  const changedFrom = () => store.changes.takeFromMs();
  changedFrom();
  return { store, changedFrom };
}
