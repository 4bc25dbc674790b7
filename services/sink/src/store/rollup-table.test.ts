import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averageOf } from './average.fixture.ts';
import { openStore, type Store } from './open-store.ts';
import { ROLLUP_LEVELS_MS } from './rollup-bucket.ts';

const HOUR_MS = 3_600_000;
const T0 = 1_700_000_000_000;

/** A result: a few series, ends that crowd into few buckets and edges, partitions that share a series. */
const result = fc.record({
  symbol: fc.constantFrom('A', 'B'),
  window: fc.constantFrom('sliding-10s', 'session-30s'),
  window_end: fc.oneof(
    fc.integer({ min: 0, max: 40 }).map((step) => T0 + step * 5_000),
    fc.integer({ min: 0, max: 3 * HOUR_MS }).map((ms) => T0 + ms),
    fc.constantFrom(...ROLLUP_LEVELS_MS.flatMap((ms) => [-1, 0].map((by) => Math.ceil(T0 / ms) * ms + by))),
  ),
  window_start: fc.constantFrom(T0 - 1, T0),
  partition: fc.constantFrom(0, 1),
  revision: fc.integer({ min: 1, max: 4 }),
  average: fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ put: fc.array(result, { minLength: 1, maxLength: 30 }), fails: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ removeMs: fc.integer({ min: 1, max: 3 * HOUR_MS }) }) },
  { weight: 1, arbitrary: fc.constant('reset' as const) },
);

test('roll-ups equal a plain GROUP BY over the rows, after any inserts, revisions, failures and removals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollups-'));
  let runs = 0;
  let buckets = 0;
  try {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const path = join(folder, `${++runs}.sqlite`);
        const store = openStore(path);
        const database = new DatabaseSync(path);
        for (const each of steps) {
          apply(store, each);
          const found = rollupsOf(database);
          expect(found).toEqual(recomputed(database));
          buckets += found.length;
        }
        database.close();
        store.close();
        rmSync(path);
      }),
      { numRuns: 150 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(buckets).toBeGreaterThan(10_000);
});

test('roll-ups are right after every step of a long removal, not only at its end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollups-'));
  const path = join(folder, 'averages.sqlite');
  const store = openStore(path);
  const database = new DatabaseSync(path);
  const ends = Array.from({ length: 4_000 }, (_, index) => T0 + index * 1_777);
  store.transaction(() => {
    for (const window_end of ends) store.upsert(averageOf({ window_end, average: window_end % 101 }), 0);
  });
  let step = store.removeExpired(60_000, undefined);
  let steps = 1;
  for (; !step.isDone; steps += 1) {
    expect(rollupsOf(database)).toEqual(recomputed(database));
    step = store.removeExpired(60_000, step);
  }
  expect(rollupsOf(database)).toEqual(recomputed(database));
  expect([steps, step.removed]).toEqual([4, 3_966]);
  database.close();
  store.close();
  rmSync(folder, { recursive: true });
});

test('a database of the version before roll-ups gets them, and keeps its rows and its id', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollups-'));
  const path = join(folder, 'averages.sqlite');
  const first = openStore(path);
  first.transaction(() => {
    for (let index = 0; index < 500; index += 1) {
      first.upsert(averageOf({ window_end: T0 + index * 7_000, average: index % 13 }), index % 2);
    }
  });
  const { databaseId } = first;
  first.close();
  const database = new DatabaseSync(path);
  const before = rollupsOf(database);
  database.exec('DROP TABLE rollups; PRAGMA user_version = 1');
  const second = openStore(path);
  expect([second.found, second.databaseId]).toEqual(['migrated', databaseId]);
  expect(rollupsOf(database)).toEqual(before);
  expect(before.length).toBeGreaterThan(350);
  second.close();
  const again = openStore(path);
  expect(again.found).toBe('current');
  again.close();
  database.exec('PRAGMA user_version = 77');
  database.close();
  const third = openStore(path);
  expect(third.found).toBe('replaced');
  expect(third.databaseId).not.toBe(databaseId);
  third.close();
  rmSync(folder, { recursive: true });
});

function apply(store: Store, each: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  if (each === 'reset') {
    store.transaction(() => store.resetTopic('averages', 'averages'));
  } else if ('removeMs' in each) {
    const sweep = store.removeExpired(each.removeMs, undefined);
    for (let next = sweep; !next.isDone; ) next = store.removeExpired(each.removeMs, next);
  } else {
    try {
      store.transaction(() => {
        for (const { partition, ...fields } of each.put) {
          const { average, ...others } = averageOf(fields as never);
          store.upsert(average === undefined ? others : { ...others, average }, partition);
        }
        if (each.fails) throw new Error('on purpose');
      });
    } catch (error) {
      expect((error as Error).message).toBe('on purpose');
    }
  }
}

function rollupsOf(database: DatabaseSync) {
  return database.prepare('SELECT * FROM rollups ORDER BY symbol, window, level, bucket').all();
}

/** The plain version. */
function recomputed(database: DatabaseSync) {
  const rows = database
    .prepare('SELECT * FROM averages ORDER BY symbol, window, window_end, window_start, partition')
    .all() as Record<string, number | null>[];
  const buckets = new Map<string, Record<string, number | null>>();
  for (const [level, lengthMs] of ROLLUP_LEVELS_MS.entries()) {
    for (const row of rows) {
      const bucket = Math.floor(row['window_end']! / lengthMs);
      const key = [row['symbol'], row['window'], level, bucket].join();
      const before = buckets.get(key);
      const values = [before?.['minimum'], before?.['maximum'], row['average']].filter(
        (value) => value != null,
      );
      buckets.set(key, {
        symbol: row['symbol']!,
        window: row['window']!,
        level,
        bucket,
        count: (before?.['count'] ?? 0) + 1,
        minimum: values.length === 0 ? null : Math.min(...values),
        maximum: values.length === 0 ? null : Math.max(...values),
        last: row['average']!,
        last_end: row['window_end']!,
        last_start: row['window_start']!,
        last_partition: row['partition']!,
      });
    }
  }
  const order = ['symbol', 'window', 'level', 'bucket'];
  return [...buckets.values()].toSorted((a, b) => {
    const name = order.find((each) => a[each] !== b[each])!;
    return a[name]! - b[name]!;
  });
}
