import { describe, expect, test } from 'vitest';
import { drive, hopping, line, session, settings, sliding, takeFinals, tumbling } from '../testing/drive.ts';
import { Engine } from './engine.ts';
import type { EngineSettings } from './types.ts';

function after(own: EngineSettings, timesMs: number[]): Engine {
  const engine = new Engine(own);
  timesMs.forEach((timeMs, offset) => {
    drive(engine, { key: 0, timeMs, value: 2 ** offset, offset });
  });
  return engine;
}

describe('convert', () => {
  test('keeps definitions of the same name, starts others empty, drops the rest', () => {
    const engine = after(settings([sliding(10), tumbling(10)]), [100, 101]);
    const converted = engine.convert(settings([tumbling(20), tumbling(10)]));
    expect(drive(converted, { key: 0, timeMs: 102, value: 4, offset: 2 }).map(line)).toEqual([
      '[100,120] r1 n=1 total=4 @2',
      '[100,110] r3 n=3 total=7 @2',
    ]);
  });

  test.each([
    [
      'sliding',
      sliding(10),
      sliding(10, 'both'),
      ['[90,100] r3! n=2 total=5 @2', '[91,101] r3! n=3 total=7 @2'],
    ],
    ['tumbling', tumbling(10, 'updates'), tumbling(10), ['[100,110] r4! n=3 total=7 @2']],
  ])('an open %s window owes a final from when they are wanted', (_kind, old, wanted, finals) => {
    const converted = after(settings([old]), [100, 101, 100]).convert(settings([wanted]));
    converted.advance(1000);
    expect(takeFinals(converted).map(line)).toEqual(finals);
  });

  test.each([
    ['sliding', sliding(10, 'both'), sliding(10)],
    ['sliding', sliding(10, 'final'), sliding(10)],
    ['tumbling', tumbling(10), tumbling(10, 'updates')],
  ])('a %s window owes no final any more where none is wanted', (_kind, old, wanted) => {
    const converted = after(settings([old]), [100, 101, 102, 103, 101]).convert(settings([wanted]));
    const [first, ...rest] = drive(converted, { key: 0, timeMs: 104, value: 32, offset: 5 });
    expect([first!.count, first!.total, rest]).toEqual([6, 63, []]);
    converted.advance(1000);
    expect(takeFinals(converted)).toEqual([]);
  });

  test('a larger grace opens no window again', () => {
    const converted = after(settings([tumbling(10)]), [100, 115]).convert(
      settings([tumbling(10)], { graceMs: 50 }),
    );
    expect(converted.canEnter(105)).toBe(false);
    expect(drive(converted, { key: 0, timeMs: 105, value: 1, offset: 2 })).toEqual([]);
    expect(drive(converted, { key: 0, timeMs: 160, value: 1, offset: 3 }).map(line)).toEqual([
      '[160,170] r1 n=1 total=1 @3',
    ]);
  });

  test('a smaller grace closes with the next advance', () => {
    const converted = after(settings([tumbling(10)], { graceMs: 50 }), [100, 120]).convert(
      settings([tumbling(10)]),
    );
    expect(takeFinals(converted)).toEqual([]);
    converted.advance(0);
    expect(takeFinals(converted).map(line)).toEqual(['[100,110] r2! n=1 total=1 @0']);
  });

  test('keys that a dropped definition held are released', () => {
    const engine = after(settings([sliding(1000), tumbling(10, 'updates')]), [100]);
    drive(engine, { key: 1, timeMs: 130, value: 1, offset: 1 });
    expect(engine.activeKeys()).toBe(2);
    const converted = engine.convert(settings([tumbling(10, 'updates')]));
    expect(converted.activeKeys()).toBe(1);
    const released: number[] = [];
    converted.releaseInactive((key) => released.push(key));
    expect(released).toEqual([0]);
  });
});

describe('restore', () => {
  const own = settings([sliding(10), tumbling(10), hopping(10, 5), session(10)]);
  const bytes = after(own, [100, 101, 99]).snapshot();

  test('refuses what is no snapshot, naming what it found', () => {
    expect(() => Engine.restore(own, new Uint8Array(3))).toThrow('3 bytes that are no snapshot');
    const other = bytes.slice();
    other[7] = 99;
    expect(() => Engine.restore(own, other)).toThrow('snapshot of format 99, wanted 1');
    expect(() => Engine.restore(own, bytes.slice(0, -8))).toThrow('wanted more');
    expect(() => Engine.restore(own, new Uint8Array([...bytes, ...new Uint8Array(8)]))).toThrow(
      '8 bytes after',
    );
  });

  test('refuses other settings', () => {
    expect(() => Engine.restore({ ...own, graceMs: 6 }, bytes)).toThrow('made under settings 5 0 -1');
    expect(() => Engine.restore(settings([sliding(10)]), bytes)).toThrow('made under settings');
  });

  test('reads bytes that lie anywhere in a buffer', () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(Engine.restore(own, shifted.subarray(3)).snapshot()).toEqual(bytes);
  });
});

describe('settings', () => {
  test.each([
    [settings([sliding(0)]), 'size of 0 ms, wanted a whole number above 0'],
    [settings([{ ...tumbling(10), stepMs: 5 }]), 'step of 5 ms, wanted its size, 10'],
    [settings([hopping(10, 3)]), 'step of 3 ms, wanted one that divides 10'],
    [settings([{ ...session(10), emit: 'updates' }]), 'emit updates, wanted final for a session'],
    [settings([sliding(10), sliding(10)]), 'defined twice'],
    [settings([], { graceMs: -1 }), 'grace: -1 ms, wanted a whole number from 0'],
    [settings([], { idleTimeoutMs: 1.5 }), 'idle time-out: 1.5 ms'],
  ])('%#: %s', (own, fault) => {
    expect(() => new Engine(own)).toThrow(fault);
  });
});
