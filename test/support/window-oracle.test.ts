import { describe, expect, test } from 'vitest';
import {
  type OracleDefinition,
  type OracleEvent,
  type OracleSettings,
  runOracle,
  WindowOracle,
} from './window-oracle.ts';
import { exactDouble, scaledToNumber, squareRootToNumber } from './window-oracle-exact.ts';

const SLIDING: OracleDefinition = {
  kind: 'sliding',
  name: 'sliding-10ms',
  sizeMs: 10,
  stepMs: 0,
  emit: 'updates',
};
const TUMBLING: OracleDefinition = {
  kind: 'tumbling',
  name: 'tumbling-10ms',
  sizeMs: 10,
  stepMs: 10,
  emit: 'both',
};
const HOPPING: OracleDefinition = {
  kind: 'hopping',
  name: 'hopping-10ms-5ms',
  sizeMs: 10,
  stepMs: 5,
  emit: 'updates',
};
const SESSION: OracleDefinition = {
  kind: 'session',
  name: 'session-10ms',
  sizeMs: 10,
  stepMs: 0,
  emit: 'final',
};

function settings(definition: OracleDefinition, changes: Partial<OracleSettings> = {}): OracleSettings {
  const usual = { graceMs: 5, idleTimeoutMs: null, updateIntervalMs: 0, maxKeys: 100 };
  return { windows: [definition], ...usual, ...changes };
}

/** Records of one key: [event time, value]. */
function records(...pairs: [number, number][]): OracleEvent[] {
  return pairs.map(([timeMs, value], offset) => ({ offset, appendTimeMs: null, key: 'A', timeMs, value }));
}

/** Results as `start..end count total rRevision[!]`, where ! marks a final. */
function lines(of: OracleSettings, events: OracleEvent[]): string[] {
  return runOracle(of, events).results.map(
    (r) => `${r.windowStart}..${r.windowEnd} ${r.count} ${r.total} r${r.revision}${r.isFinal ? '!' : ''}`,
  );
}

describe('sliding windows', () => {
  test('hold both ends, and a record out of order changes every window that ends within the size after it', () => {
    // arrival 100 ─ 110 ─ 111 ─ 105: 105 makes its own window and changes those that end at 110 and 111
    expect(lines(settings(SLIDING, { graceMs: 6 }), records([100, 1], [110, 2], [111, 4], [105, 8]))).toEqual(
      [
        '90..100 1 1 r1',
        '100..110 2 3 r1',
        '101..111 2 6 r1',
        '95..105 2 9 r1',
        '100..110 3 11 r2',
        '101..111 3 14 r2',
      ],
    );
  });

  test('close only when the watermark is past end + grace, and a late record still counts in later windows', () => {
    const both = settings({ ...SLIDING, emit: 'final' });
    // 105 = 100 + grace: still open. 106: closed. Then 100 misses its own window but counts at 106
    expect(lines(both, records([100, 1], [105, 2]))).toEqual([]);
    expect(lines(both, records([100, 1], [106, 2], [100, 4], [200, 0]))).toEqual([
      '90..100 1 1 r1!',
      '96..106 3 7 r1!',
    ]);
    const { late, counts } = runOracle(both, records([100, 1], [106, 2], [100, 4], [122, 1], [106, 1]));
    expect(late).toMatchObject([
      { timeMs: 100, watermarkMs: 106, missed: ['sliding-10ms'], accepted: ['sliding-10ms'] },
      { timeMs: 106, watermarkMs: 122, missed: ['sliding-10ms'], accepted: [] },
    ]);
    expect(counts).toMatchObject({ read: 5, averaged: 4, partlyLate: 1, late: 1 });
  });
});

describe('aligned windows', () => {
  test('tumbling windows close when the watermark reaches end + grace; equal event times keep offset order', () => {
    expect(lines(settings(TUMBLING), records([10, 1], [19, 2], [10, 4], [25, 8], [19, 1]))).toEqual([
      '10..20 1 1 r1',
      '10..20 2 3 r2',
      '10..20 3 7 r3',
      '10..20 3 7 r4!',
      '20..30 1 8 r1',
    ]);
    const [first, , third] = runOracle(settings(TUMBLING), records([10, 1], [19, 2], [10, 4])).results;
    expect(first).toMatchObject({ earliest: 1, latest: 1, inputOffset: 0 });
    expect(third).toMatchObject({ earliest: 1, latest: 2, inputOffset: 2 });
  });

  test('hopping windows change by ascending end, and one record can be in missed and accepted', () => {
    expect(lines(settings(HOPPING), records([12, 1]))).toEqual(['5..15 1 1 r1', '10..20 1 1 r1']);
    const { late } = runOracle(settings(HOPPING), records([20, 1], [12, 1]));
    expect(late).toMatchObject([{ missed: ['hopping-10ms-5ms'], accepted: ['hopping-10ms-5ms'] }]);
  });

  test('UPDATE_INTERVAL thins updates by the distance of the watermark, and the final carries the rest', () => {
    const thinned = settings(TUMBLING, { updateIntervalMs: 4 });
    expect(lines(thinned, records([10, 1], [13, 1], [14, 1], [15, 1], [30, 0]))).toEqual([
      '10..20 1 1 r1',
      '10..20 3 3 r2',
      '10..20 4 4 r3!',
      '30..40 1 0 r1',
    ]);
  });
});

describe('sessions', () => {
  test('join what lies within the gap of two and are sent once, when closed', () => {
    expect(lines(settings(SESSION), records([100, 1], [115, 2], [107, 4], [131, 0]))).toEqual([
      '100..115 3 7 r1!',
    ]);
  });

  test('a closed session is not looked at: a record near it starts a new one', () => {
    // 100..100 closes at 116, where 106 would still be open on its own; it is within the gap of both
    expect(lines(settings(SESSION), records([100, 1], [116, 2], [106, 4], [150, 0]))).toEqual([
      '100..100 1 1 r1!',
      '106..116 2 6 r1!',
    ]);
  });

  test('a record too late for a session of its own still enters an open one within the gap', () => {
    const { late, results } = runOracle(
      settings(SESSION),
      records([110, 1], [118, 2], [102, 4], [90, 8], [150, 0]),
    );
    expect(late).toMatchObject([{ timeMs: 90, missed: ['session-10ms'] }]);
    expect(results).toMatchObject([{ windowStart: 102, windowEnd: 118, count: 3, inputOffset: 2 }]);
  });
});

describe('silence', () => {
  const quiet = settings({ ...TUMBLING, emit: 'final' }, { idleTimeoutMs: 100 });
  const at = (offset: number, appendTimeMs: number, timeMs: number): OracleEvent => {
    return { offset, appendTimeMs, key: 'A', timeMs, value: 1 };
  };

  test('moves the watermark with append time past IDLE_TIMEOUT, up to the cap, before a bad record too', () => {
    const events: OracleEvent[] = [
      at(0, 1000, 12),
      { offset: 1, appendTimeMs: 1105, bad: true },
      { offset: 2, appendTimeMs: 1300, bad: true },
      { offset: 3, appendTimeMs: 9000, bad: true },
    ];
    const { watermarks, results } = runOracle(quiet, events);
    expect(watermarks).toEqual([12, 17, 25, 25]);
    expect(results).toMatchObject([{ windowStart: 10, isFinal: true }]);
  });

  test('does not exist before the first good record, nor for batches without LogAppendTime', () => {
    const bad: OracleEvent = { offset: 0, appendTimeMs: 5, bad: true };
    expect(runOracle(quiet, [bad, { ...bad, offset: 1, appendTimeMs: 9000 }]).watermarks).toEqual([
      -Infinity,
      -Infinity,
    ]);
    expect(
      runOracle(quiet, [...records([12, 1]), { offset: 1, appendTimeMs: 9000, bad: true }]).watermarks,
    ).toEqual([12, 12]);
  });

  test('seen live, it closes windows without a record', () => {
    const { results, counts } = runOracle(quiet, [at(0, 1000, 12), { liveSilence: 25 }]);
    expect(results).toMatchObject([{ windowStart: 10, isFinal: true, revision: 1 }]);
    expect(counts).toMatchObject({ read: 1, results: 1 });
  });
});

test('a further key than MAX_KEYS becomes a dead letter that moves the watermark, until the table empties', () => {
  const one = settings(TUMBLING, { maxKeys: 1 });
  const event = (offset: number, key: string, timeMs: number): OracleEvent => {
    return { offset, appendTimeMs: null, key, timeMs, value: 1 };
  };
  const { tooManyKeys, watermarks, counts } = runOracle(one, [
    event(0, 'A', 10),
    event(1, 'B', 24),
    event(2, 'B', 25),
    event(3, 'A', 12),
    event(4, 'A', 22),
  ]);
  expect(tooManyKeys).toEqual([1, 4]);
  expect(watermarks).toEqual([10, 24, 25, 25, 25]);
  expect(counts).toMatchObject({ averaged: 2, late: 1, deadLettered: 2 });
});

test('a definition added later starts with the next record, and one of the same name goes on', () => {
  const oracle = new WindowOracle(settings(TUMBLING));
  const [first, second, third] = records([11, 1], [12, 2], [13, 4]);
  oracle.step(first!);
  oracle.changeSettings({ ...settings(TUMBLING), windows: [{ ...TUMBLING, emit: 'updates' }, HOPPING] });
  expect(oracle.step(second!).results).toMatchObject([
    { window: 'tumbling-10ms', count: 2, revision: 2 },
    { windowEnd: 15, count: 1, revision: 1 },
    { windowEnd: 20, count: 1, revision: 1 },
  ]);
  oracle.changeSettings(settings(SLIDING));
  expect(oracle.step(third!).results).toMatchObject([{ window: 'sliding-10ms', count: 1 }]);
});

describe('exact sums', () => {
  test('every double is its mantissa times a power of two', () => {
    for (const value of [0, 1, -1.5, 181.52, 5e-324, -1e100, 1.7976931348623157e308]) {
      const { mantissa, exponent } = exactDouble(value);
      expect(scaledToNumber(mantissa, exponent)).toBe(value);
    }
  });

  test('large integers are rooted without overflow', () => {
    expect(squareRootToNumber(1n << 4000n, -2000)).toBe(1);
    expect(squareRootToNumber(9n, -2)).toBe(0.75);
  });

  test('cancellation leaves nothing behind, and equal values have no spread', () => {
    const { results } = runOracle(
      settings(TUMBLING),
      records([10, 1e100], [11, 0.1], [12, -1e100], [13, 0.1]),
    );
    expect(results[3]).toMatchObject({ total: 0.2, maximum: 1e100 });
    expect(results[3]!.stddev / 1e100).toBeCloseTo(Math.SQRT1_2, 14);
    expect(runOracle(settings(TUMBLING), records([10, 0.1], [10, 0.1], [10, 0.1])).results[2]!.stddev).toBe(
      0,
    );
  });
});
