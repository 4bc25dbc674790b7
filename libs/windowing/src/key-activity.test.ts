import { describe, expect, test } from 'vitest';
import { drive, session, settings, sliding, tumbling } from '../testing/drive.ts';
import { Engine } from './engine.ts';
import { KeyActivity } from './key-activity.ts';

describe('KeyActivity', () => {
  test('a key that comes back before it is released stays', () => {
    const keys = new KeyActivity();
    keys.enteredUntil(3, 100);
    expect(keys.count(100)).toBe(0);
    keys.enteredUntil(3, 200);
    const released: number[] = [];
    keys.release(150, (key) => released.push(key));
    expect([keys.count(150), keys.isActive(3, 150), released]).toEqual([1, true, []]);
    keys.release(200, (key) => released.push(key));
    keys.release(200, (key) => released.push(key));
    expect([keys.count(200), released, keys.keys()]).toEqual([0, [3], []]);
  });

  test('many turns between active and expired release a key once', () => {
    const keys = new KeyActivity();
    for (let ms = 0; ms < 10; ms++) {
      keys.enteredUntil(0, ms + 1);
      expect(keys.count(ms)).toBe(1);
      expect(keys.count(ms + 1)).toBe(0);
    }
    let released = 0;
    keys.release(10, () => released++);
    expect(released).toBe(1);
  });
});

describe('a key of an engine, grace 5, is active', () => {
  test.each([
    ['sliding', sliding(10), 115],
    ['tumbling', tumbling(10), 114],
    ['session', session(10), 115],
  ])('%s: while a window is open or one to come could hold its record', (_kind, definition, lastMs) => {
    const engine = new Engine(settings([definition]));
    expect(engine.isActive(4)).toBe(false);
    drive(engine, { key: 4, timeMs: 100, value: 1, offset: 0 });
    engine.advance(lastMs);
    expect([engine.isActive(4), engine.activeKeys()]).toEqual([true, 1]);
    engine.advance(lastMs + 1);
    expect([engine.isActive(4), engine.activeKeys()]).toEqual([false, 0]);
  });

  test('no longer because of a record that entered nothing', () => {
    const engine = new Engine(settings([tumbling(10)]));
    engine.advance(1000);
    drive(engine, { key: 0, timeMs: 5, value: 1, offset: 0 });
    expect([engine.isActive(0), engine.activeKeys()]).toEqual([false, 0]);
  });
});
