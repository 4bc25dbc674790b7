import { RecordCursor } from '@meanwhile/kafka';
import { parseAverage } from '@meanwhile/records';
import { type EmitMode, parseWindows } from '@meanwhile/windowing';
import { describe, expect, test } from 'vitest';
import { chunksOf, INPUT_TOPIC, type RawPartition } from '../../../test/support/engine-bytes.ts';
import { ListOutbox } from '../../../test/support/engine-outbox.ts';
import { priceFactory } from './price-factory.ts';
import type { ResultSettings } from './result-settings.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Prices of one key, from bytes to bytes: `[event time in s, price]`. @returns what each of them gave, a line for each result */
function run(windows: string, emit: EmitMode, prices: [timeS: number, price: number][]): string[][] {
  const outbox = new ListOutbox();
  const input: RawPartition = {
    partition: 0,
    isLogAppendTime: false,
    records: prices.map(([timeS, price]) => {
      const value = encode(JSON.stringify({ price, timestamp: timeS * 1_000 }));
      return { key: encode('K'), value, headers: [], timestampMs: 1_000_000 };
    }),
  };
  const processor = create(windows, emit);
  return prices.map((_, offset) => {
    const before = outbox.outputs.map(({ length }) => length);
    const cursor = new RecordCursor();
    for (const chunk of chunksOf(input, offset, offset + 1, () => 0)) {
      cursor.load(chunk);
      while (!cursor.isExhausted) processor.process(cursor, outbox);
    }
    const averages = outbox.outputs[0].slice(before[0]).map(({ value }) => averageLine(value!));
    const late = outbox.outputs[1].slice(before[1]).map(({ value }) => lateLine(value!));
    return [...averages, ...late];
  });
}

function create(windows: string, emit: EmitMode) {
  const settings: ResultSettings = {
    windows: parseWindows(windows).map((window) => {
      return { ...window, emit: window.kind === 'session' ? 'final' : emit };
    }),
    graceMs: 5_000,
    idleTimeoutMs: null,
    idleSkewMs: 1_000,
    maxAheadMs: null,
    updateIntervalMs: 0,
    maxKeys: 10,
    aggregates: ['total'],
    valueField: 'price',
    timeField: 'timestamp',
    timeUnit: 'ms',
  };
  const factory = priceFactory(settings, {
    topic: INPUT_TOPIC,
    onSilenceContradicted() {},
    onNoAppendTime() {},
  });
  return factory.create(factory.settings, 0);
}

/** `sliding-10s [0,10] r1! n=2 total=3 @4`, times in s; `!`: final. */
function averageLine(value: Uint8Array): string {
  const { window, window_start, window_end, revision, is_final, record_count, total, input_offset } =
    parseAverage(value);
  const times = `[${window_start / 1_000},${window_end / 1_000}]`;
  return `${window} ${times} r${revision}${is_final ? '!' : ''} n=${record_count} total=${total} @${input_offset}`;
}

function lateLine(value: Uint8Array): string {
  const { missed, accepted, late_by_ms } = JSON.parse(new TextDecoder().decode(value));
  return `late by ${late_by_ms / 1_000}: missed ${missed}, accepted ${accepted}`;
}

describe('a record out of order', () => {
  // event time   20   22  23  24         31      watermark 31, grace 5 s: windows that end before 26 are closed
  // arrives      1st  2nd  │  3rd        4th
  //                        5th: its own window [13,23] and [14,24] are closed, [21,31] is not
  test('sends exactly the open sliding windows again that it changes', () => {
    const results = run('sliding:10s', 'updates', [
      [20, 1],
      [22, 2],
      [24, 4],
      [31, 8],
      [23, 16],
    ]);
    expect(results).toEqual([
      ['sliding-10s [10,20] r1 n=1 total=1 @0'],
      ['sliding-10s [12,22] r1 n=2 total=3 @1'],
      ['sliding-10s [14,24] r1 n=3 total=7 @2'],
      ['sliding-10s [21,31] r1 n=3 total=14 @3'],
      ['sliding-10s [21,31] r2 n=4 total=30 @4', 'late by 8: missed sliding-10s, accepted sliding-10s'],
    ]);
  });

  test('within grace opens its own sliding window, before those that it corrects', () => {
    const results = run('sliding:10s', 'updates', [
      [20, 1],
      [24, 2],
      [26, 4],
      [40, 8],
      [36, 16],
    ]);
    expect(results.at(-1)).toEqual([
      'sliding-10s [26,36] r1 n=2 total=20 @4',
      'sliding-10s [30,40] r2 n=2 total=24 @4',
    ]);
  });

  test('sends the one tumbling window again that it lies in, and the final counts it', () => {
    const results = run('tumbling:10s', 'both', [
      [8, 1],
      [12, 2],
      [9, 4],
      [15, 8],
    ]);
    expect(results).toEqual([
      ['tumbling-10s [0,10] r1 n=1 total=1 @0'],
      ['tumbling-10s [10,20] r1 n=1 total=2 @1'],
      ['tumbling-10s [0,10] r2 n=2 total=5 @2'],
      ['tumbling-10s [0,10] r3! n=2 total=5 @2', 'tumbling-10s [10,20] r2 n=2 total=10 @3'],
    ]);
  });
});

// event time   10 ── 12        17 ── 19        14: within the gap of 3 s of 12 and of 17
//              a session       another         one session from 10 to 19
test('a record within the gap of two sessions joins them: one final, of all', () => {
  const results = run('session:3s', 'final', [
    [10, 1],
    [12, 2],
    [17, 4],
    [19, 8],
    [14.5, 16],
    [28, 32],
  ]);
  expect(results.slice(0, 5).flat()).toEqual([]);
  expect(results[5]).toEqual(['session-3s [10,19] r1! n=5 total=31 @4']);
  const apart = run('session:3s', 'final', [
    [10, 1],
    [12, 2],
    [17, 4],
    [28, 32],
  ]);
  expect(apart[3]).toEqual([
    'session-3s [10,12] r1! n=2 total=3 @1',
    'session-3s [17,17] r1! n=1 total=4 @2',
  ]);
});

// hopping 10 s / 4 s, aligned to the epoch: … [-8,2) [-4,6) [0,10) [4,14) …
test('hopping windows lie on the epoch: the first records are in windows that start before it', () => {
  const results = run('hopping:12s/4s', 'updates', [
    [0, 1],
    [1, 2],
    [4, 4],
    [11.999, 8],
    [3.999, 16],
  ]);
  expect(results).toEqual([
    [
      'hopping-12s-4s [-8,4] r1 n=1 total=1 @0',
      'hopping-12s-4s [-4,8] r1 n=1 total=1 @0',
      'hopping-12s-4s [0,12] r1 n=1 total=1 @0',
    ],
    [
      'hopping-12s-4s [-8,4] r2 n=2 total=3 @1',
      'hopping-12s-4s [-4,8] r2 n=2 total=3 @1',
      'hopping-12s-4s [0,12] r2 n=2 total=3 @1',
    ],
    [
      'hopping-12s-4s [-4,8] r3 n=3 total=7 @2',
      'hopping-12s-4s [0,12] r3 n=3 total=7 @2',
      'hopping-12s-4s [4,16] r1 n=1 total=4 @2',
    ],
    [
      'hopping-12s-4s [0,12] r4 n=4 total=15 @3',
      'hopping-12s-4s [4,16] r2 n=2 total=12 @3',
      'hopping-12s-4s [8,20] r1 n=1 total=8 @3',
    ],
    // Watermark 11.999: [-8,4) closed at 9, [-4,8) closes at 13.
    [
      'hopping-12s-4s [-4,8] r4 n=4 total=23 @4',
      'hopping-12s-4s [0,12] r5 n=5 total=31 @4',
      'late by 8: missed hopping-12s-4s, accepted hopping-12s-4s',
    ],
  ]);
});

// watermark 30, grace 5 s        a record of 21:
// sliding:2s  [19,21] closed at 26, counts until 28   → missed
// tumbling:10s [20,30) open until 35                  → accepted
// session:30s  within the gap of 30                   → accepted
test('a record late for some definitions enters the others, and the late topic says which', () => {
  const windows = 'sliding:2s,tumbling:10s,session:30s';
  const results = run(windows, 'updates', [
    [22, 1],
    [30, 2],
    [21, 4],
    [12, 8],
  ]);
  expect(results[2]).toEqual([
    'tumbling-10s [20,30] r2 n=2 total=5 @2',
    'late by 9: missed sliding-2s, accepted tumbling-10s,session-30s',
  ]);
  // One that can enter none at all is late for all of them.
  expect(results[3]).toEqual(['late by 18: missed sliding-2s,tumbling-10s, accepted session-30s']);
  const late = run('sliding:2s,tumbling:10s', 'updates', [
    [30, 2],
    [12, 8],
  ]);
  expect(late[1]).toEqual(['late by 18: missed sliding-2s,tumbling-10s, accepted ']);
});
