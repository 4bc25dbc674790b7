import { expect, test } from 'vitest';
import { compare } from './compare.ts';
import type { CountedRecord } from './explanation.ts';
import { type Recomputed, recompute } from './recompute.ts';
import { parseWindowName } from './window-shape.ts';

const record = (value: number, timestamp: number, offset: number): CountedRecord => ({
  value,
  timestamp,
  offset,
  append_time: null,
});

test('aggregates of a few records, by hand', () => {
  //                     offset 4 is the earliest by time, 5 and 6 share the latest time
  const records = [record(2, 20, 3), record(4, 10, 4), record(6, 30, 5), record(8, 30, 6)];
  expect(recompute(records)).toEqual({
    record_count: 4,
    total: 20,
    average: 5,
    minimum: 2,
    maximum: 8,
    earliest: 4,
    latest: 8,
    stddev: Math.sqrt((9 + 1 + 1 + 9) / 4),
    input_offset: 6,
    earliestMs: 10,
    latestMs: 30,
    magnitude: 20,
  });
  expect(recompute([])).toBeUndefined();
});

test('a sum keeps what a loop of additions would round off', () => {
  const values = [1e16, 1, -1e16, 1];
  expect(values.reduce((sum, value) => sum + value, 0)).toBe(1);
  expect(recompute(values.map((value, i) => record(value, i, i)))!.total).toBe(2);
});

test('equal values have no deviation and their own average', () => {
  const { average, stddev } = recompute(Array.from({ length: 10 }, (_, i) => record(0.1, i, i)))!;
  expect([average, stddev]).toEqual([0.1, 0]);
});

const sliding = parseWindowName('sliding-10s')!;
const recomputed: Recomputed = {
  record_count: 3,
  average: 100,
  total: 300,
  minimum: 90,
  maximum: 110,
  earliest: 90,
  latest: 110,
  stddev: 8,
  input_offset: 7,
  earliestMs: 0,
  latestMs: 10_000,
  magnitude: 300,
};
const published = {
  symbol: 'ACME',
  window: 'sliding-10s',
  window_start: 0,
  window_end: 10_000,
  revision: 1,
  is_final: false,
  schema_version: 1,
  ...recomputed,
};

// field            off by what is allowed   by more
test.each([
  ['total', 2.9e-10, 3.2e-10],
  ['average', 0.9e-10, 1.2e-10],
  ['stddev', 7.9e-9, 8.2e-9],
  ['minimum', 0, 1e-12],
  ['maximum', 0, 1e-12],
  ['earliest', 0, 1e-12],
  ['latest', 0, 1e-12],
  ['record_count', 0, 1],
  ['input_offset', 0, 1],
  ['window_start', 0, 1],
  ['window_end', 0, 1],
] as const)('%s may be off by %d, not by %d', (field, allowed, wrong) => {
  const differs = (by: number) =>
    compare(sliding, { ...published, [field]: published[field] + by }, recomputed)
      .filter(({ matches }) => !matches)
      .map((one) => one.field);
  expect(differs(allowed)).toEqual([]);
  expect(differs(wrong)).toContain(field);
});

//                 begins at        ends at
test.each([
  ['sliding-10s', 10_000, 20_000], // its size before its last record, at its last record
  ['tumbling-20s', 5_000, 25_000], // where its definition says
  ['session-30s', 12_000, 20_000], // at its first and at its last record
])('%s has the bounds that its records or its definition give', (name, startMs, endMs) => {
  const records = { ...recomputed, earliestMs: 12_000, latestMs: 20_000 };
  const result = { ...published, window: name, window_start: startMs, window_end: endMs };
  expect(compare(parseWindowName(name)!, result, records).slice(0, 2)).toEqual([
    { field: 'window_start', published: startMs, recomputed: startMs, matches: true },
    { field: 'window_end', published: endMs, recomputed: endMs, matches: true },
  ]);
});

test('what is not sent is not compared, and a result of no records matches nothing', () => {
  const { total: _total, ...rest } = published;
  expect(compare(sliding, rest, recomputed).map(({ field }) => field)).not.toContain('total');
  expect(
    compare(sliding, published, undefined).every(
      ({ matches, recomputed: found }) => !matches && found === null,
    ),
  ).toBe(true);
});
