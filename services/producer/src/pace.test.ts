import { expect, test } from 'vitest';
import { pace } from './pace.ts';
import type { Price } from './price.ts';

const price = (dueMs: number): Price => ({ symbol: 'A', price: '1', timeMs: 0, dueMs });

/** A clock that moves only when somebody sleeps, or takes long. */
function testClock(nowMs: number) {
  const clock = {
    nowMs,
    naps: [] as number[],
    now: () => clock.nowMs,
    sleep: async (durationMs: number) => {
      clock.naps.push(durationMs);
      clock.nowMs += durationMs;
    },
  };
  return clock;
}

test('each price comes when it is due, those due together in one batch', async () => {
  const clock = testClock(1_000);
  const seen: number[][] = [];
  const signal = new AbortController().signal;
  for await (const batch of pace(
    [[1_000, 1_000, 1_100].map(price), [1_100, 1_600].map(price)],
    clock,
    signal,
  )) {
    seen.push([clock.nowMs, ...batch.map(({ dueMs }) => dueMs)]);
  }
  expect(seen).toEqual([
    [1_000, 1_000, 1_000],
    [1_100, 1_100],
    [1_100, 1_100],
    [1_600, 1_600],
  ]);
});

test('a delay is caught up and does not add up', async () => {
  const clock = testClock(0);
  const due = Array.from({ length: 100 }, (_, index) => price(index * 10));
  let batches = 0;
  for await (const batch of pace([due], clock, new AbortController().signal)) {
    if (batches++ === 0)
      clock.nowMs += 500; // the first one takes long
    else if (batches === 2) expect(batch.length).toBe(50);
    for (const { dueMs } of batch) expect(dueMs).toBeLessThanOrEqual(clock.nowMs);
  }
  expect(clock.nowMs).toBe(990);
});

test('what is due in a long time is waited for in naps, so that a set clock is noticed', async () => {
  const clock = testClock(0);
  for await (const _ of pace([[price(5_500)]], clock, new AbortController().signal)) break;
  expect(clock.naps).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 500]);
});

test('it ends when the run is to end', async () => {
  const stop = new AbortController();
  const clock = testClock(0);
  let seen = 0;
  for await (const _ of pace([[0, 10, 20].map(price)], clock, stop.signal)) {
    seen++;
    stop.abort();
  }
  expect(seen).toBe(1);
});
