import { describe, expect, test } from 'vitest';
import { drive, settings, sliding, takeFinals, tumbling } from '../testing/drive.ts';
import { Engine } from './engine.ts';

// Grace 5, idle time-out 20. One record of event time 103, appended at 1000: window [100, 110), closed at 115.
function after103(definitions = [tumbling(10)], idleTimeoutMs: number | null = 20): Engine {
  const engine = new Engine(settings(definitions, { idleTimeoutMs }));
  drive(engine, { key: 0, timeMs: 103, value: 1, offset: 0, appendTimeMs: 1000 });
  return engine;
}

describe('silence', () => {
  test('moves the watermark by what it exceeds the idle time-out', () => {
    const engine = after103();
    engine.silenceBefore(1020);
    expect(engine.watermarkMs).toBe(103);
    engine.silenceBefore(1025);
    expect(engine.watermarkMs).toBe(108);
    expect(takeFinals(engine)).toEqual([]);
    engine.silenceBefore(1032);
    expect(engine.watermarkMs).toBe(115);
    expect(takeFinals(engine)).toHaveLength(1);
  });

  test('moves it no further than what closes every open window', () => {
    const engine = after103([tumbling(10), sliding(3, 'final')]);
    engine.silenceBefore(1_000_000);
    expect(engine.watermarkMs).toBe(115);
    expect(takeFinals(engine)).toHaveLength(2);
    engine.silenceBefore(2_000_000);
    expect(engine.watermarkMs).toBe(115);
  });

  test('a sliding window is closed one past its end and grace', () => {
    const engine = after103([sliding(3)]);
    engine.silenceBefore(1_000_000);
    expect(engine.watermarkMs).toBe(109);
  });

  test('counts from the highest append time and the watermark after the last record, good or bad', () => {
    const engine = after103();
    engine.silenceBefore(1021);
    expect(engine.watermarkMs).toBe(104);
    engine.noteAppend(1021); // a bad record
    engine.noteAppend(990); // one that was appended out of order
    engine.silenceBefore(1044);
    expect(engine.watermarkMs).toBe(107);
  });

  test('is off before the first good record, before the first append time, and where it is switched off', () => {
    const fresh = new Engine(settings([tumbling(10)], { idleTimeoutMs: 20 }));
    fresh.silenceBefore(1000);
    fresh.noteAppend(1000);
    fresh.silenceBefore(9000);
    expect(fresh.watermarkMs).toBe(Number.NEGATIVE_INFINITY);
    expect(fresh.silentWatermark(9000)).toBe(Number.NEGATIVE_INFINITY);
    drive(fresh, { key: 0, timeMs: 103, value: 1, offset: 0 });
    fresh.silenceBefore(9000);
    expect(fresh.watermarkMs).toBe(103);

    const off = after103([tumbling(10)], null);
    off.silenceBefore(9000);
    expect([off.watermarkMs, off.silentWatermark(9000)]).toEqual([103, 103]);
  });

  test('seen live, is worth an advance when a final falls due or everything closes', () => {
    const engine = after103();
    expect(engine.silentWatermark(1031)).toBe(103);
    expect(engine.silentWatermark(1032)).toBe(115);
    expect(engine.watermarkMs).toBe(103);

    // Only updates: nothing is owed before the cap, 103 + 5 + 1.
    const updates = after103([sliding(3)]);
    expect(updates.silentWatermark(1025)).toBe(103);
    expect(updates.silentWatermark(1026)).toBe(109);

    // The sliding window closes at 109, the tumbling one at 115: that is worth two.
    const both = after103([tumbling(10), sliding(3, 'both')]);
    expect(both.silentWatermark(1025)).toBe(103);
    expect(both.silentWatermark(1027)).toBe(110);
  });

  test('seen live, gives the results that the next record would have brought', () => {
    const live = after103();
    live.advance(live.silentWatermark(1040));
    const early = takeFinals(live);
    const late = after103();
    const record = { key: 0, timeMs: 104, value: 2, offset: 1, appendTimeMs: 1041 };
    expect([...early, ...drive(live, record)]).toEqual(drive(late, record));
    expect(live.snapshot()).toEqual(late.snapshot());
  });
});
