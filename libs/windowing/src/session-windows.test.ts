import { describe, expect, test } from 'vitest';
import { drive, line, session, settings, takeFinals } from '../testing/drive.ts';
import { Engine } from './engine.ts';

function finals(records: [timeMs: number, value: number][]): string[] {
  const engine = new Engine(settings([session(10)], { graceMs: 20 }));
  const results = records.flatMap(([timeMs, value], offset) =>
    drive(engine, { key: 0, timeMs, value, offset }),
  );
  engine.advance(100_000);
  return [...results, ...takeFinals(engine)].map(line);
}

describe('sessions, gap 10, grace 20', () => {
  test('end after the gap, and start with the next record', () => {
    //  100    110      121
    //   a──────b  ▭▭▭   c
    expect(
      finals([
        [100, 1],
        [110, 2],
        [121, 4],
      ]),
    ).toEqual(['[100,110] r1! n=2 total=3 @1', '[121,121] r1! n=1 total=4 @2']);
  });

  test('are joined by a record within the gap of two', () => {
    //  100          110          120
    //   a            c            b
    expect(
      finals([
        [100, 1],
        [120, 2],
        [110, 4],
      ]),
    ).toEqual(['[100,120] r1! n=3 total=7 @2']);
    expect(
      finals([
        [100, 1],
        [121, 2],
        [110, 4],
      ]),
    ).toEqual(['[100,110] r1! n=2 total=5 @2', '[121,121] r1! n=1 total=2 @1']);
  });

  test('close when watermark > last + gap + grace', () => {
    const engine = new Engine(settings([session(10)], { graceMs: 20 }));
    drive(engine, { key: 0, timeMs: 100, value: 1, offset: 0 });
    engine.advance(130);
    expect(takeFinals(engine)).toEqual([]);
    engine.advance(131);
    expect(takeFinals(engine).map(line)).toEqual(['[100,100] r1! n=1 total=1 @0']);
    // A closed session is not looked at.
    drive(engine, { key: 0, timeMs: 101, value: 2, offset: 1 });
    expect([engine.missed, engine.accepted]).toEqual([0, 1]);
    engine.advance(132);
    expect(takeFinals(engine).map(line)).toEqual(['[101,101] r1! n=1 total=2 @1']);
  });

  test('a record too old for a session of its own still joins an open one', () => {
    const engine = new Engine(settings([session(10)], { graceMs: 0 }));
    for (const [offset, timeMs] of [100, 108, 116].entries())
      drive(engine, { key: 0, timeMs, value: 1, offset });
    expect(engine.canEnter(105)).toBe(false);
    drive(engine, { key: 0, timeMs: 105, value: 1, offset: 3 });
    expect([engine.missed, engine.accepted]).toEqual([0, 1]);
    drive(engine, { key: 1, timeMs: 105, value: 1, offset: 4 });
    expect([engine.missed, engine.accepted]).toEqual([1, 0]);
  });
});
