import { expect, test } from 'vitest';
import { gapAt, longestGap, longestPause, percentile } from './figures.ts';

const commits = [
  { appendMs: 100, instance: 'a', nextOffset: 1 },
  { appendMs: 200, instance: 'a', nextOffset: 2 },
  // killed at 210
  { appendMs: 900, instance: 'b', nextOffset: 3 },
  { appendMs: 1_050, instance: 'b', nextOffset: 4 },
  { appendMs: 1_100, instance: 'b', nextOffset: 5 },
];

test('the gap of a kill lies between the last commit before it and the first after it', () => {
  expect(gapAt(commits, 210)).toBe(700);
  expect(gapAt(commits, 1_100)).toBeUndefined();
  expect(gapAt(commits, 50)).toBeUndefined();
});

test('a pause is between commits of one instance, hand-overs are none', () => {
  expect(longestPause(commits, 0, 2_000)).toBe(150);
  expect(longestPause(commits, 1_060, 2_000)).toBe(50);
  expect(longestPause(commits, 0, 150)).toBe(100);
  expect(longestGap(commits, 0, 2_000)).toBe(700);
  expect(longestGap(commits, 1_000, 2_000)).toBe(150);
});

test('percentiles are values that occurred', () => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i);
  expect([0.5, 0.95, 1].map((rank) => percentile(values, rank))).toEqual([10, 19, 20]);
  expect(percentile([], 0.5)).toBeNaN();
});
