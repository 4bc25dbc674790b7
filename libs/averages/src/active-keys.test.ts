import { Engine, parseWindows } from '@meanwhile/windowing';
import { expect, test } from 'vitest';
import { ActiveKeys } from './active-keys.ts';

const MAX_KEYS = 20_000;
const settings = {
  definitions: parseWindows('sliding:1s').map((window) => ({ ...window, emit: 'updates' as const })),
  graceMs: 0,
  updateIntervalMs: 0,
  idleTimeoutMs: null,
};

/** A partition's keys as the processor uses them: one price of each key. */
class Keys {
  readonly engine = new Engine(settings);
  readonly keys = new ActiveKeys(MAX_KEYS, this.engine);
  #offset = 0;

  /** @returns false: refused */
  enter(name: string, timeMs: number): boolean {
    const bytes = new TextEncoder().encode(name);
    this.engine.advance(timeMs);
    let id = this.keys.activeId(bytes, 0, bytes.length);
    if (id === -1) id = this.keys.admit(bytes, 0, bytes.length);
    if (id === -1) return false;
    this.engine.enter(id, timeMs, 1, this.#offset++);
    while (this.engine.nextUpdate());
    return true;
  }
}

// time     0 ms                  1,000 ms     1,001 ms
// keys     20,000 fill the table  all stay     the first second is over: all go
test('exactly MAX_KEYS are active at once; a place is free when its key is no longer held', () => {
  const partition = new Keys();
  for (let i = 0; i < MAX_KEYS; i++) expect(partition.enter(`K${i}`, 0)).toBe(true);
  expect(partition.enter('new', 0)).toBe(false);
  expect(partition.enter('new', 1_000)).toBe(false);
  expect(partition.enter('K7', 1_000)).toBe(true);
  expect(partition.engine.activeKeys()).toBe(MAX_KEYS);
  expect(partition.enter('new', 1_001)).toBe(true);
  expect(partition.engine.activeKeys()).toBe(2);
  for (let i = 0; i < MAX_KEYS - 2; i++) expect(partition.enter(`L${i}`, 1_001)).toBe(true);
  expect(partition.enter('one more', 1_001)).toBe(false);
  expect(partition.keys.size).toBe(MAX_KEYS);
});

// A key of the first 20,000 is let go of at each ms, and 50 others ask for its place; the watermark moves all the time.
test('a flood at MAX_KEYS works in proportion to the keys that come and go, not to those that stay', () => {
  const partition = new Keys();
  for (let i = 0; i < MAX_KEYS; i++) partition.enter(`K${i}`, Math.floor(i / 20));
  const before = partition.keys.slotMoves;
  let admitted = 0;
  let refused = 0;
  for (let timeMs = 1_001; timeMs <= 1_500; timeMs++) {
    for (let i = 0; i < 50; i++) {
      if (partition.enter(`flood-${timeMs}-${i}`, timeMs)) admitted++;
      else refused++;
    }
  }
  // Twenty keys entered at each ms, so as many places are free a second later.
  expect([admitted, refused]).toEqual([20 * 500, 30 * 500]);
  expect(partition.keys.slotMoves - before).toBeLessThan(10 * (admitted + refused));
});
