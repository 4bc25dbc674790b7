import { expect, test } from 'vitest';
import type { Price } from './price.ts';
import { type ReplayOptions, replay } from './replay.ts';

const START_MS = 1_700_000_000_000;
const DUE = 0;

/** `[event time, due]` of the first `count` prices of a file with these event times, relative to the start where they are that late. */
async function replayed(times: number[], o: Partial<ReplayOptions>, count: number): Promise<number[][]> {
  const open = () => [times.map((timeMs): Price => ({ symbol: 'A', price: '1', timeMs, dueMs: DUE }))];
  const seen: number[][] = [];
  const all = replay(open, { startMs: START_MS, speed: 1, isRestamped: false, isLooped: false, ...o });
  const fromStart = (ms: number) => (ms >= START_MS ? ms - START_MS : ms);
  for await (const batch of all) {
    for (const { timeMs, dueMs } of batch)
      seen.push([o.isRestamped ? timeMs - START_MS : timeMs, fromStart(dueMs)]);
    if (seen.length >= count) break;
  }
  return seen.slice(0, count);
}

test('1x: due as far apart as the event times are, which stay as they are', async () => {
  expect(await replayed([500, 600, 1_500], {}, 9)).toEqual([
    [500, 0],
    [600, 100],
    [1_500, 1_000],
  ]);
});

test('10x: due ten times closer', async () => {
  expect(await replayed([500, 600, 1_500], { speed: 10 }, 9)).toEqual([
    [500, 0],
    [600, 10],
    [1_500, 100],
  ]);
});

test('max: everything at once', async () => {
  expect(await replayed([500, 600], { speed: Infinity }, 9)).toEqual([
    [500, 0],
    [600, 0],
  ]);
});

test('restamped: event time = start + (t − first t) / speed', async () => {
  const o = { isRestamped: true, speed: 10 };
  expect(await replayed([500, 605, 1_500], o, 9)).toEqual([
    [0, 0],
    [10, 10.5],
    [100, 100],
  ]);
});

test('a loop: each pass is shifted by the span + 1 ms', async () => {
  expect(await replayed([500, 600], { isLooped: true }, 5)).toEqual([
    [500, 0],
    [600, 100],
    [601, 101],
    [701, 201],
    [702, 202],
  ]);
});

test('a loop of a file out of order: passes do not overlap', async () => {
  const seen = await replayed([500, 400, 700, 650], { isLooped: true }, 8);
  expect(seen.map(([timeMs]) => timeMs)).toEqual([500, 400, 700, 650, 801, 701, 1_001, 951]);
});

test('a loop restamped at speed: shifted before it is scaled', async () => {
  const seen = await replayed([500, 600], { isLooped: true, isRestamped: true, speed: 0.5 }, 4);
  expect(seen).toEqual([
    [0, 0],
    [200, 200],
    [202, 202],
    [402, 402],
  ]);
});

test('a loop of one record moves on by 1 ms; one of none ends', async () => {
  expect(await replayed([500], { isLooped: true }, 3)).toEqual([
    [500, 0],
    [501, 1],
    [502, 2],
  ]);
  expect(await replayed([], { isLooped: true }, 3)).toEqual([]);
});
