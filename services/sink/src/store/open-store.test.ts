import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { answeredAverage } from '../http/average-json.ts';
import { averageOf } from './average.fixture.ts';
import { openStore, type Store } from './open-store.ts';

const all = { fromMs: 0, toMs: 1e15, limit: 100, order: 'asc' } as const;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function put(store: Store, ...fields: Parameters<typeof averageOf>[0][]) {
  return store.transaction(() => fields.map((field) => store.upsert(averageOf(field), 0)?.sequence));
}

function after(store: Store, sequence: number, limit: number, symbol?: string) {
  return store.reads.averages.after({ sequence, head: store.sequence, limit, symbol, window: undefined });
}

test('the newest revision of an identity wins, whatever the order', () => {
  const store = openStore(':memory:');
  expect(
    put(store, { revision: 2, average: 2 }, { revision: 1, average: 1 }, { revision: 2, average: 9 }),
  ).toEqual([1, undefined, undefined]);
  expect(put(store, { revision: 3, average: 3, is_final: true })).toEqual([2]);
  const rows = store.reads.averages.select({ symbol: 'ACME', ...all });
  expect(rows).toEqual([
    { ...averageOf({ revision: 3, average: 3, is_final: true }), partition: 0, sequence: 2 },
  ]);
  store.close();
});

test('the partition, both ends and the names are part of the identity', () => {
  const store = openStore(':memory:');
  put(
    store,
    {},
    { symbol: 'acme' },
    { window: 'tumbling-1m' },
    { window_start: 1 },
    { window_end: 1_700_000_010_001 },
  );
  store.transaction(() => store.upsert(averageOf(), 1));
  expect(store.reads.averages.select({ symbol: 'ACME', ...all })).toHaveLength(5);
  expect(store.reads.averages.select({ symbol: 'ACME', window: 'sliding-10s', ...all })).toHaveLength(4);
  expect(store.reads.averages.select({ symbol: 'nobody', ...all })).toEqual([]);
  expect(store.reads.averages.select({ symbol: 'ACME', window: 'none', ...all })).toEqual([]);
  store.close();
});

test('rows come by window end in the order asked for, across windows, up to the limit', () => {
  const store = openStore(':memory:');
  put(
    store,
    { window_end: 5 },
    { window_end: 3, window: 'b' },
    { window_end: 1 },
    { window_end: 4, window: 'b' },
  );
  const ends = (order: 'asc' | 'desc', limit: number) =>
    store.reads.averages
      .select({ symbol: 'ACME', fromMs: 1, toMs: 4, limit, order })
      .map((row) => row.window_end);
  expect(ends('asc', 9)).toEqual([1, 3, 4]);
  expect(ends('desc', 2)).toEqual([4, 3]);
  store.close();
});

test('aggregates that were not sent are absent, and the answer keeps the order of the wire', () => {
  const store = openStore(':memory:');
  const { total: _, stddev: __, ...lean } = averageOf();
  store.transaction(() => store.upsert(lean, 3));
  const [row] = store.reads.averages.select({ symbol: 'ACME', ...all });
  expect(JSON.stringify(answeredAverage(row!, true))).toBe(
    '{"symbol":"ACME","window":"sliding-10s","window_start":1700000000000,"window_end":1700000010000,"average":100.5,' +
      '"record_count":2,"minimum":100,"maximum":101,"earliest":100,"latest":101,"revision":1,"is_final":false,' +
      '"input_offset":7,"schema_version":1,"partition":3,"settled":true}',
  );
  store.close();
});

test('a newer revision takes a new sequence, so that a reader who resumes gets it once', () => {
  const store = openStore(':memory:');
  put(store, { window_end: 1 }, { window_end: 2 }, { window_end: 3 }, { window_end: 1, revision: 2 });
  const { rows, upTo } = after(store, 1, 100);
  expect(rows.map((row) => [row.sequence, row.window_end])).toEqual([
    [2, 2],
    [3, 3],
    [4, 1],
  ]);
  expect(upTo).toBeGreaterThanOrEqual(store.sequence);
  expect(after(store, 1, 2)).toMatchObject({ upTo: 3 });
  expect(after(store, 0, 100, 'nobody').rows).toEqual([]);
  expect(after(store, 4, 100).rows).toEqual([]);
  store.close();
});

test('rows and position are stored together or not at all', () => {
  const store = openStore(':memory:');
  expect(() =>
    store.transaction(() => {
      store.upsert(averageOf(), 0);
      store.savePosition('averages', 0, 12);
      throw new Error('disk full');
    }),
  ).toThrow('disk full');
  expect(store.position('averages', 0)).toBeUndefined();
  expect(store.symbols.names()).toEqual([]);
  expect(after(store, 0, 10).rows).toEqual([]);
  expect(store.newestMs).toBe(-Infinity);
  store.close();
});

test('a store opened again goes on where it was, under the same id, with sequences never used before', () => {
  const path = join(folder(), 'deep', 'averages.sqlite');
  const first = openStore(path);
  put(first, {});
  first.transaction(() => first.savePosition('averages', 4, 99));
  const { databaseId, sequence } = first;
  first.close();
  const second = openStore(path);
  expect(second.databaseId).toBe(databaseId);
  expect(second.position('averages', 4)).toBe(99);
  expect(second.newestMs).toBe(averageOf().window_end);
  expect(second.sequence).toBeGreaterThan(sequence + 100_000);
  expect(put(second, { revision: 2 })).toEqual([second.sequence]);
  expect(after(second, sequence, 10).rows).toHaveLength(1);
  second.close();
});

test('a second sink on the same file shuts the first one out', () => {
  const path = join(folder(), 'averages.sqlite');
  const first = openStore(path);
  const second = openStore(path);
  expect(() => put(first, {})).toThrow('another owner');
  expect(put(second, {})).toHaveLength(1);
  first.close();
  second.close();
});

test('a file that is no database is named, with what to do', () => {
  const path = join(folder(), 'averages.sqlite');
  writeFileSync(path, 'not a database at all, but long enough to be looked at');
  expect(() => openStore(path)).toThrow(`DATABASE=${path}`);
});

test('a topic made anew drops its rows and positions and changes the id of the database', () => {
  const store = openStore(':memory:');
  put(store, {});
  store.transaction(() => {
    store.savePosition('averages', 0, 5);
    store.savePosition('journal', 0, 6);
  });
  const { databaseId, sequence } = store;
  store.transaction(() => store.resetTopic('averages', 'averages'));
  expect(store.databaseId).not.toBe(databaseId);
  expect(store.reads.averages.select({ symbol: 'ACME', ...all })).toEqual([]);
  expect([store.symbols.names(), store.windows.names()]).toEqual([[], []]);
  expect(store.position('averages', 0)).toBeUndefined();
  expect(store.position('journal', 0)).toBe(6);
  expect(put(store, {})[0]).toBeGreaterThan(sequence);
  store.close();
});

test('rows older than the retention go in small steps, and symbols without rows with them', () => {
  const store = openStore(':memory:');
  const old = Array.from({ length: 2_500 }, (_, index) => ({ symbol: 'OLD', window_end: index }));
  put(store, ...old, { window_end: 50_000 }, { window_end: 49_000 });
  let step = store.removeExpired(1_000, undefined);
  let steps = 1;
  while (!step.isDone) {
    step = store.removeExpired(1_000, step);
    steps += 1;
  }
  expect(step.removed).toBe(2_500);
  expect(steps).toBeGreaterThanOrEqual(3);
  expect(store.symbols.names()).toEqual(['ACME']);
  expect(store.reads.averages.select({ symbol: 'ACME', ...all })).toHaveLength(2);
  store.close();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sink-store-'));
  folders.push(made);
  return made;
}
