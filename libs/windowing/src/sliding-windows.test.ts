import { describe, expect, test } from 'vitest';
import { drive, line, settings, sliding, takeFinals } from '../testing/drive.ts';
import { Engine } from './engine.ts';

/** Brings (time, value) pairs of one key through an engine; one list of lines per record. */
function lines(engine: Engine, records: [timeMs: number, value: number][], fromOffset = 0): string[][] {
  return records.map(([timeMs, value], i) =>
    drive(engine, { key: 0, timeMs, value, offset: fromOffset + i }).map(line),
  );
}

describe('sliding windows, size 10, grace 5', () => {
  test('both ends of a window are inside', () => {
    //  100       110 111
    //   a─────────b                 110 - 10 holds a
    //    ──────────c                111 - 10 does not
    const engine = new Engine(settings([sliding(10)]));
    expect(
      lines(engine, [
        [100, 1],
        [110, 2],
        [111, 4],
      ]),
    ).toEqual([
      ['[90,100] r1 n=1 total=1 @0'],
      ['[100,110] r1 n=2 total=3 @1'],
      ['[101,111] r1 n=2 total=6 @2'],
    ]);
  });

  test('records of one event time share a window and raise its revision', () => {
    const engine = new Engine(settings([sliding(10)]));
    expect(
      lines(engine, [
        [100, 1],
        [100, 2],
        [100, 4],
      ]),
    ).toEqual([
      ['[90,100] r1 n=1 total=1 @0'],
      ['[90,100] r2 n=2 total=3 @1'],
      ['[90,100] r3 n=3 total=7 @2'],
    ]);
    expect(engine.result).toMatchObject({ earliest: 1, latest: 4 });
  });

  test('a record out of order corrects the windows that end within size after it', () => {
    //   100  102  104            d comes last: its own window, then those of b and c;
    //    a    d    b      c      the window of a ended before it
    const engine = new Engine(settings([sliding(10)]));
    lines(engine, [
      [100, 1],
      [104, 2],
      [106, 4],
    ]);
    expect(lines(engine, [[102, 8]], 3)).toEqual([
      ['[92,102] r1 n=2 total=9 @3', '[94,104] r2 n=3 total=11 @3', '[96,106] r2 n=4 total=15 @3'],
    ]);
    expect(engine.missed).toBe(0);
  });

  test('a window is open while watermark ≤ end + grace', () => {
    const engine = new Engine(settings([sliding(10)]));
    lines(engine, [
      [100, 1],
      [105, 2],
    ]);
    expect(lines(engine, [[100, 4]], 2)).toEqual([
      ['[90,100] r2 n=2 total=5 @2', '[95,105] r2 n=3 total=7 @2'],
    ]);
    lines(engine, [[106, 8]], 3);
    // Watermark 106 > 100 + 5: the own window is closed, those at 105 and 106 are not.
    expect(lines(engine, [[100, 16]], 4)).toEqual([
      ['[95,105] r3 n=4 total=23 @4', '[96,106] r2 n=5 total=31 @4'],
    ]);
    expect([engine.missed, engine.accepted]).toEqual([1, 1]);
  });

  test('a late record counts in windows to come until watermark > its time + size + grace', () => {
    const engine = new Engine(settings([sliding(10)]));
    lines(engine, [[115, 1]]);
    expect(engine.canEnter(100)).toBe(true);
    expect(lines(engine, [[100, 2]], 1)).toEqual([[]]);
    expect([engine.missed, engine.accepted]).toEqual([1, 1]);
    // The window [100, 110] is still to come and open, and it holds the late record.
    expect(lines(engine, [[110, 4]], 2)).toEqual([
      ['[100,110] r1 n=2 total=6 @2', '[105,115] r2 n=2 total=5 @2'],
    ]);
    expect(engine.canEnter(99)).toBe(false);
    expect(lines(engine, [[99, 8]], 3)).toEqual([[]]);
    expect([engine.missed, engine.accepted]).toEqual([1, 0]);
  });

  test('with updates nothing is sent at closing', () => {
    const engine = new Engine(settings([sliding(10)]));
    lines(engine, [[100, 1]]);
    engine.advance(1000);
    expect(takeFinals(engine)).toEqual([]);
  });

  test('with final each window is sent once, when it is closed, by ascending end', () => {
    const engine = new Engine(settings([sliding(10, 'final')]));
    expect(
      lines(engine, [
        [100, 1],
        [104, 2],
        [102, 4],
        [107, 8],
        [108, 16],
      ]),
    ).toEqual([[], [], [], ['[90,100] r1! n=1 total=1 @0'], ['[92,102] r1! n=2 total=5 @2']]);
    engine.advance(114);
    expect(takeFinals(engine).map(line)).toEqual([
      '[94,104] r1! n=3 total=7 @2',
      '[97,107] r1! n=4 total=15 @3',
      '[98,108] r1! n=5 total=31 @4',
    ]);
  });

  test('with both an update waits until the watermark has moved by the interval', () => {
    const engine = new Engine(settings([sliding(10, 'both')], { updateIntervalMs: 3 }));
    expect(
      lines(engine, [
        [100, 1], // never sent
        [100, 2], // the watermark has not moved
        [102, 4], // another window; that of 100 ended before
        [100, 8], // 100: moved by 2; 102: by 0
        [103, 16],
        [100, 32], // 100: moved by 3; 102 by 1; 103 by 0
      ]),
    ).toEqual([
      ['[90,100] r1 n=1 total=1 @0'],
      [],
      ['[92,102] r1 n=3 total=7 @2'],
      [],
      ['[93,103] r1 n=5 total=31 @4'],
      ['[90,100] r2 n=4 total=43 @5'],
    ]);
    engine.advance(106);
    expect(takeFinals(engine).map(line)).toEqual(['[90,100] r3! n=4 total=43 @5']);
  });

  test('windows may start below 0', () => {
    const engine = new Engine(settings([sliding(10)]));
    expect(lines(engine, [[3, 1]])).toEqual([['[-7,3] r1 n=1 total=1 @0']]);
  });

  test('the last event time there is has its window', () => {
    const engine = new Engine(settings([sliding(10, 'both')]));
    const lastMs = 8_640_000_000_000_000;
    lines(engine, [[lastMs, 1]]);
    engine.advance(lastMs + 6);
    expect(takeFinals(engine).map(line)).toEqual([`[${lastMs - 10},${lastMs}] r2! n=1 total=1 @0`]);
  });

  test('a spike of 1e15 leaves no trace in the windows after it', () => {
    const engine = new Engine(settings([sliding(10)]));
    for (let i = 0; i < 40; i++) {
      const value = i === 5 ? 1e15 : 100 + (i % 2) / 100;
      drive(engine, { key: 0, timeMs: 100 + i, value, offset: i });
    }
    expect(engine.result.total).toBe(1100.06);
    expect(engine.result.stddev).toBeCloseTo(0.01 * Math.sqrt((6 / 11) * (5 / 11)), 13);
  });
});
