import { expect, test } from 'vitest';
import { CommitPace } from './commit-pace.ts';

function pace(intervalMs = 100, partitionsHeld = 1) {
  let nowMs = 1_000_000;
  const time = { now: () => nowMs, sleep: async () => {}, yield: async () => {} };
  return {
    pace: new CommitPace(time, intervalMs, () => partitionsHeld),
    pass: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
  };
}

test('nothing uncommitted: never due', () => {
  expect(pace().pace.dueInMs(true)).toBe(Number.POSITIVE_INFINITY);
});

test('under load: an interval after the first uncommitted record, however many follow', () => {
  const { pace: own, pass } = pace(100);
  own.noteRecords();
  pass(60);
  own.noteRecords();
  expect(own.dueInMs(false)).toBe(40);
  pass(60);
  expect(own.dueInMs(false)).toBe(0);
  own.frozen();
  expect(own.hasUncommitted).toBe(false);
});

test('caught up: a lone record at once, the next three milliseconds after the last commit', () => {
  const { pace: own, pass, now } = pace(100);
  own.noteRecords();
  expect(own.dueInMs(true)).toBe(0);
  own.frozen();
  own.ended(now());
  own.noteRecords();
  expect(own.dueInMs(true)).toBe(3);
  pass(3);
  expect(own.dueInMs(true)).toBe(0);
});

test.each([
  { partitionsHeld: 1, gapMs: 10, why: 'commits take half of the time' },
  { partitionsHeld: 24, gapMs: 30, why: 'about eight of the process are under way' },
])('slow commits are spaced, up to the interval: with $partitionsHeld partitions $why', (o) => {
  const { pace: own, pass, now } = pace(100, o.partitionsHeld);
  for (let i = 0; i < 100; i++) {
    const startMs = now();
    pass(10);
    expect(own.ended(startMs)).toBe(10);
  }
  own.noteRecords();
  expect(own.dueInMs(true)).toBeCloseTo(o.gapMs, 0);
  pass(100);
  expect(own.dueInMs(true)).toBe(0);
});
