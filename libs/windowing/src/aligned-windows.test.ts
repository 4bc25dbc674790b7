import { describe, expect, test } from 'vitest';
import { drive, hopping, line, settings, takeFinals, tumbling } from '../testing/drive.ts';
import { Engine } from './engine.ts';

function lines(engine: Engine, records: [timeMs: number, value: number][], fromOffset = 0): string[][] {
  return records.map(([timeMs, value], i) =>
    drive(engine, { key: 0, timeMs, value, offset: fromOffset + i }).map(line),
  );
}

describe('tumbling windows, size 10, grace 5', () => {
  test('a window holds its start and not its end', () => {
    //  100        110
    //   │a        b│c
    const engine = new Engine(settings([tumbling(10)]));
    expect(
      lines(engine, [
        [100, 1],
        [109, 2],
        [110, 4],
      ]),
    ).toEqual([
      ['[100,110] r1 n=1 total=1 @0'],
      ['[100,110] r2 n=2 total=3 @1'],
      ['[110,120] r1 n=1 total=4 @2'],
    ]);
  });

  test('a window closes when watermark ≥ end + grace', () => {
    const engine = new Engine(settings([tumbling(10)]));
    lines(engine, [
      [100, 1],
      [114, 2],
    ]);
    expect(lines(engine, [[105, 4]], 2)).toEqual([['[100,110] r2 n=2 total=5 @2']]);
    expect(lines(engine, [[115, 8]], 3)).toEqual([
      ['[100,110] r3! n=2 total=5 @2', '[110,120] r2 n=2 total=10 @3'],
    ]);
    expect(engine.canEnter(109)).toBe(false);
    expect(lines(engine, [[109, 16]], 4)).toEqual([[]]);
    expect([engine.missed, engine.accepted]).toEqual([1, 0]);
  });

  test('with both, updates are thinned by the interval', () => {
    const engine = new Engine(settings([tumbling(10)], { updateIntervalMs: 4 }));
    expect(
      lines(engine, [
        [100, 1],
        [101, 2],
        [103, 4],
        [104, 8],
        [107, 16],
        [115, 32],
      ]),
    ).toEqual([
      ['[100,110] r1 n=1 total=1 @0'],
      [],
      [],
      ['[100,110] r2 n=4 total=15 @3'],
      [],
      ['[100,110] r3! n=5 total=31 @4', '[110,120] r1 n=1 total=32 @5'],
    ]);
  });

  test('earliest and latest go by (event time, offset)', () => {
    const engine = new Engine(settings([tumbling(10)]));
    lines(engine, [
      [105, 1],
      [103, 2],
      [103, 3],
      [105, 4],
      [104, 5],
    ]);
    expect(engine.result).toMatchObject({ earliest: 2, latest: 4, inputOffset: 4 });
  });

  test('a jump of years costs nothing per window that nobody filled', () => {
    const engine = new Engine(settings([tumbling(1)]));
    const results = lines(engine, [
      [0, 1],
      [8_640_000_000_000_000, 2],
    ]);
    expect(results[1]).toHaveLength(2);
  });
});

describe('hopping windows, size 10, step 5, grace 5', () => {
  test('a record is in every window around it, by ascending end', () => {
    //   95        105
    //   │     a    │
    //        │a   b     │
    //        100        110
    const engine = new Engine(settings([hopping(10, 5)]));
    expect(
      lines(engine, [
        [101, 1],
        [105, 2],
      ]),
    ).toEqual([
      ['[95,105] r1 n=1 total=1 @0', '[100,110] r1 n=1 total=1 @0'],
      ['[100,110] r2 n=2 total=3 @1', '[105,115] r1 n=1 total=2 @1'],
    ]);
  });

  test('a record whose first window is closed is missed there and accepted in the others', () => {
    const engine = new Engine(settings([hopping(10, 5)]));
    lines(engine, [
      [101, 1],
      [110, 2],
    ]);
    expect(lines(engine, [[103, 4]], 2)).toEqual([['[100,110] r2 n=2 total=5 @2']]);
    expect([engine.missed, engine.accepted]).toEqual([1, 1]);
    engine.advance(200);
    expect(takeFinals(engine).map(line)).toEqual([
      '[100,110] r3! n=2 total=5 @2',
      '[105,115] r2! n=1 total=2 @1',
      '[110,120] r2! n=1 total=2 @1',
    ]);
  });

  test('a late record opens the windows between that nobody had opened', () => {
    const engine = new Engine(settings([hopping(15, 5)]));
    lines(engine, [[120, 1]]);
    expect(lines(engine, [[111, 2]], 1)).toEqual([
      ['[105,120] r1 n=1 total=2 @1', '[110,125] r2 n=2 total=3 @1'],
    ]);
  });
});
